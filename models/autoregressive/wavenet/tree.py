"""What one prediction depends on: the tree of dilated convolutions, and how its context grows with the layers."""

from __future__ import annotations

import math

import numpy as np
import torch

from models.autoregressive.wavenet.conditionals import place_of
from models.autoregressive.wavenet.sound_model import SoundModel
from models.frames import Curves, Paths, Plane, Points, Series
from models.nets.wavenet import receptive_field
from models.protocol import DataPoint, param, view
from models.views.words import as_array, named

__all__ = ["context", "dilation_tree"]

_MOST_LEAVES = 2048


def context_words(model: SoundModel) -> str:
    """The receptive field in samples and milliseconds: "1,024 samples, 128 ms"."""
    field = model.receptive_field
    return f"{field:,} sample{'s' if field > 1 else ''}, {1000 * field / model.rate:.3g} ms"


@view(
    "Dilation tree",
    help="Every path from an earlier sample to the next one, through the layers. Strong lines come from units with a "
    "large activation at the chosen time.",
)
def dilation_tree(
    model: SoundModel,
    sound: DataPoint,
    at: float = param(40.0, "Time", 0.0, 100.0, unit="%", help="Where in the sound the predicted sample is."),
    layers: int = param(
        5, "Layers drawn", 1, 11, help="Layers of the tree from the bottom; a cycle of dilations has all its context."
    ),
) -> Plane:
    """The tree of the first layers below one prediction, with the size of the activation of each unit."""
    drawn = _drawn_layers(model, layers)
    tokens, t = _tokens_before(model, sound, at)
    y = None if sound.y is None else torch.tensor([sound.y], device=sound.x.device)
    stack = model.network.stack
    units = stack.units(model.network.entrance(tokens), model.class_of(y))
    sizes = [as_array(units[0][0][0].square().mean(-1).sqrt())]  # each (t,), of layer 0: its inputs
    sizes += [as_array(z[0].square().mean(-1).sqrt()) for _, z in units[:drawn]]
    edges, values, nodes = [], [], []
    places = np.array([0])
    for layer in range(drawn, 0, -1):
        nodes.append(np.stack([places, np.full(len(places), layer)], axis=1))
        sources = places[:, None] - stack.dilations[layer - 1] * np.arange(stack.kernel)  # (places, kernel)
        start = np.stack([sources, np.full_like(sources, layer - 1)], axis=-1).reshape(-1, 2)
        end = np.stack([np.broadcast_to(places[:, None], sources.shape), np.full_like(sources, layer)], -1)
        edges.append(np.stack([start, end.reshape(-1, 2)], axis=1))
        values.append(_scaled(sizes[layer - 1])[start[:, 0] - 1])
        places = np.unique(sources)
    nodes.append(np.stack([places, np.zeros(len(places), int)], axis=1))
    path = np.concatenate(edges).astype(float)
    strength = np.concatenate(values)[:, None].repeat(2, axis=1)
    reach = receptive_field(model.network.stack.dilations[:drawn], model.config.kernel)
    xy = np.concatenate(nodes).astype(float)
    margin = 0.03 * reach + 0.5
    return Plane(
        (
            Paths(path, strength, role="model", name="connections, by activation", width=1.5),
            Points(xy, role="model", name="units", size=5.0 if reach <= 64 else 3.0 if reach <= 256 else 2.0),
            Points(np.array([[0.0, float(drawn)]]), role="total", name="next sample", size=8.0),
        ),
        x_label="earlier samples",
        y_label="layer",
        extent=(1 - reach - margin, margin, -0.4, drawn + 0.4),
        square=False,
        subtitle=f"{named(sound, model.spec.kind)} at {1000 * t / model.rate:.0f} ms; "
        f"{drawn} of {len(units)} layers reach {reach:,} samples",
        note=f"Receptive field of all layers: {context_words(model)}.",
    )


def _drawn_layers(model: SoundModel, layers: int) -> int:
    """As many layers as asked for, while the tree has few enough leaves to be drawn."""
    dilations = model.network.stack.dilations
    fields = [receptive_field(dilations[: k + 1], model.config.kernel) for k in range(len(dilations))]
    return max(1, min(layers, sum(field <= _MOST_LEAVES for field in fields)))


def _tokens_before(model: SoundModel, sound: DataPoint, at: float) -> tuple[torch.Tensor, int]:
    """The tokens from which the sample at a time is predicted, (1, receptive_field), and its position."""
    t = place_of(sound, at)
    levels = model.grid.quantise(sound.x[:, : t + 1])
    return model.network.context(levels)[:, -model.receptive_field :], t


def _scaled(sizes: np.ndarray) -> np.ndarray:
    """Sizes of the activations of one layer, from 0 to 1: layers differ in their scale."""
    low, high = sizes.min(), sizes.max()
    return (sizes - low) / ((high - low) or 1.0)


@view(
    "Context by depth",
    help="How many earlier samples a prediction depends on, with the dilations of this network and without dilation.",
)
def context(model: SoundModel) -> Curves:
    """The receptive field after each layer, beside that of convolutions without dilation."""
    dilations, kernel = model.network.stack.dilations, model.config.kernel
    depth = np.arange(1, len(dilations) + 1)
    dilated = np.array([receptive_field(dilations[:k], kernel) for k in depth])
    plain = np.array([receptive_field([1] * int(k), kernel) for k in depth])
    same = 1 + math.ceil((model.receptive_field - 1) / (kernel - 1))
    return Curves(
        (
            Series("dilated", "dilations 1, 2, 4, …", depth, dilated, role="model"),
            Series("plain", "no dilation", depth, plain, role="alt", dashed=True),
        ),
        x_label="layer",
        y_label="samples",
        log_y=True,
        subtitle=f"receptive field: {context_words(model)}",
        note=f"Exponential spacing gives exponentially long context: without dilation, {same - 1:,} layers would reach "
        f"as far as these {len(dilations)}.",
    )
