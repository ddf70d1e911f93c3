"""Samples of a model as a frame, for every kind of data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.frames import Audio, Frame, Images, Matrix, Plane, Points
from models.protocol import (
    GenerativeModel,
    HasDecoder,
    HasLikelihood,
    Image,
    Kind,
    Noise,
    Planar,
    Simulated,
    Table,
    Tokens,
    Waveform,
    param,
    view,
)
from models.views.words import SHOW, as_array, column_names, decoder_output, plural, word_of

__all__ = ["decode_as", "decoded_samples", "frame_of", "samples"]

_ROWS = 32  # rows of a table, or sequences, that are shown


def frame_of(
    kind: Kind,
    x: Tensor | np.ndarray,
    *,
    columns: int = 0,
    names: tuple[str, ...] = (),
    subtitle: str = "",
    note: str = "",
    warning: bool = False,
) -> Frame:
    """A frame that shows data of a kind.

    Args:
        kind: Kind of the data.
        x: The data, (n, *kind.shape), in data units.
        columns: Images in a row; ignored for other kinds.
        names: Names of the columns of a table; ignored for other kinds.
        subtitle: Subtitle of the frame; if only the first data are shown, their number is added.
        note: Note of the frame.
        warning: Whether the note is a warning.

    Returns:
        `Images` for images; `Plane` for points of the plane; `Audio` with the first sound; `Matrix` with the first
        rows of a table, the first observations or the first sequences of tokens.
    """
    values = as_array(x) if isinstance(x, Tensor) else x
    count = 1 if isinstance(kind, Waveform) else _ROWS if isinstance(kind, (Table, Simulated, Tokens)) else len(values)
    if len(values) > count:
        part = f"the first {count}" if count > 1 else "the first"
        subtitle = f"{subtitle}, {part} of {len(values):,}".removeprefix(", ")
    words: dict[str, Any] = {"subtitle": subtitle, "note": note, "warning": warning}
    if isinstance(kind, Table):
        words["column_labels"] = names
    return _FRAMES[type(kind)](kind, values, columns, words)


def _images(kind: Kind, x: np.ndarray, columns: int, words: Mapping[str, Any]) -> Frame:
    return Images(x, columns=columns, **words)


def _points(kind: Kind, x: np.ndarray, columns: int, words: Mapping[str, Any]) -> Frame:
    return Plane((Points(x, role="model", name="samples"),), x_label="x₁", y_label="x₂", **words)


def _sound(kind: Kind, x: np.ndarray, columns: int, words: Mapping[str, Any]) -> Frame:
    assert isinstance(kind, Waveform)
    assert kind.rate is not None
    return Audio(x[0], kind.rate, role="model", spectrogram=True, **words)


def _rows(kind: Kind, x: np.ndarray, columns: int, words: Mapping[str, Any]) -> Frame:
    return Matrix(x[:_ROWS].astype(float), **words)


_FRAMES: dict[type[Kind], Callable[[Kind, np.ndarray, int, Mapping[str, Any]], Frame]] = {
    Image: _images,
    Planar: _points,
    Simulated: _rows,
    Table: _rows,
    Tokens: _rows,
    Waveform: _sound,
}


def decode_as(model: HasDecoder, z: Tensor, show: str, *, rng: torch.Generator) -> Tensor:
    """Decoded latent points: the mean of p(x|z), or a draw from it; (n, latent_dim) to (n, *data_shape).

    Args:
        model: A model with a decoder.
        z: Latent points.
        show: "mean", or "draw" if the model has the capability `HasLikelihood`.
        rng: Source of the draw.
    """
    if show == "draw" and isinstance(model, HasLikelihood):
        return model.decode_draw(z, rng=rng)
    return model.decode_mean(z)


@view(
    "Samples", frame=Images, record=True, samples="n", help="New data from the model, from the same noise at each step."
)
def samples(
    model: GenerativeModel, noise: Noise, n: int = param(64, "Samples", 1, 256, more=True), **settings: Any
) -> Frame:
    """Samples of the model. A page whose data are not images lists it with `.but(frame=…)`."""
    kind = model.spec.kind
    x = model.sample(n, rng=noise.rng(model.device), **settings)
    names = column_names(model.spec) if isinstance(kind, Table) else ()
    return frame_of(kind, x, names=names, subtitle=f"{plural(n, word_of(kind))} from the model")


@view(
    "Samples", name="samples", frame=Images, record=True, samples="n",
    help="New images: z from the prior, then x from the decoder.",
)  # fmt: skip
def decoded_samples(
    model: HasDecoder,
    noise: Noise,
    show: str = param("mean", "p(x|z)", choices=SHOW),
    n: int = param(64, "Images", 1, 256, more=True),
) -> Frame:
    """Decoded draws from the prior; the same noise gives the same z at each step and for either choice.

    A page of a model without the capability `HasLikelihood` lists it with `.without("show")`.
    """
    rng = noise.rng(model.device)
    x = decode_as(model, model.prior_draw(n, rng=rng), show, rng=rng)
    return frame_of(model.spec.kind, x, subtitle=f"{decoder_output(model, show)}, {n} z from the prior")
