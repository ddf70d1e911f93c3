"""Classifiers of datasets, whose features and classes measure samples: training and loading.

They are bundled with the application, one small file for each dataset, written by `dgm-explorer classifier`. A
classifier belongs to the data: models and views get it as an input (`models.protocol.Classifier`) and do not read its
file.
"""

from __future__ import annotations

import functools
import importlib.resources
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from explorer.data import Dataset
from explorer.engine.devices import prepare_thread
from explorer.engine.errors import BadInput, RunError
from explorer.engine.randomness import derive, initialising
from explorer.engine.runs.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from explorer.engine.training import learning_rate
from models.nets.classifier import ImageClassifier
from models.protocol import Classifier, DataSpec, Image, Instrument

__all__ = ["CLASSIFIERS", "has_classifier", "instruments_of", "make_classifier", "open_classifier", "open_instrument"]

CLASSIFIERS: Mapping[str, str] = {
    name: f"classifier-{name}.safetensors" for name in ("digits", "sprites", "sprites-colour", "mnist")
}

_FORMAT = 1
_STEPS, _BATCH, _RATE = 6000, 128, 2e-3
_SHIFT = 14  # training images are shifted by up to one pixel for this many pixels of a side
_PART = 1000


def make_classifier(
    data: Dataset, out: Path, *, seed: int = 0, progress: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """Trains a classifier on a dataset's training data and writes it in half precision.

    Adam with a cosine schedule; each batch is shifted by up to two pixels if the images are large enough.

    Args:
        data: Images with classes.
        out: The file.
        seed: Seed of weights, order and shifts.
        progress: Called with the steps done and their total.

    Returns:
        The card: the command, and accuracy and confidence on the whole test split with the rounded weights.

    Raises:
        BadInput: The data are not images, or have no classes.
        RunError: The file cannot be written.
    """
    y = data.train.y
    if not isinstance(data.kind, Image) or y is None or not data.classes:
        raise BadInput(f"{data.name} cannot be classified: a classifier takes images that have classes")
    prepare_thread()
    with initialising(derive(seed, "classifier")):
        net = ImageClassifier(data.kind.shape, len(data.classes))
    rng = torch.Generator().manual_seed(derive(seed, "classifier", "training"))
    images, labels = torch.from_numpy(data.train.x.copy()), torch.from_numpy(y.copy())
    optimiser = torch.optim.Adam(net.parameters(), _RATE, fused=True)
    for step in range(_STEPS):
        index = torch.randint(len(images), (_BATCH,), generator=rng)
        x = _moved(images[index].float() * data.scale, rng)
        loss = torch.nn.functional.nll_loss(net(x), labels[index])
        optimiser.param_groups[0]["lr"] = learning_rate(_RATE, "cosine", step / _STEPS)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if progress is not None and (step + 1) % 100 == 0:
            progress(step + 1, _STEPS)
    weights = {name: tensor.detach().half() for name, tensor in net.state_dict().items()}
    net.load_state_dict(weights)
    card = {
        "data": data.name,
        "data_digest": data.digest,
        "seed": seed,
        "steps": _STEPS,
        "torch": torch.__version__,
        "command": f"dgm-explorer classifier {data.name} --seed {seed}",
        "test": _quality(net, data),
    }
    spec = DataSpec(data.kind, len(data.train), data.classes)
    state = {"format": _FORMAT, "spec": spec.to_json(), "card": card}
    write_checkpoint(out, Checkpoint(_STEPS, state, {f"classifier/{name}": t for name, t in weights.items()}))
    return card


def _moved(x: Tensor, rng: torch.Generator) -> Tensor:
    """A batch of images, all shifted in the same way by a few pixels; (n, c, h, w) to the same."""
    height, width = x.shape[-2:]
    reach = min(height, width) // _SHIFT
    down, right = torch.randint(2 * reach + 1, (2,), generator=rng).tolist()
    padded = torch.nn.functional.pad(x, (reach, reach, reach, reach))
    return padded[..., down : down + height, right : right + width]


@torch.no_grad()
def _quality(net: ImageClassifier, data: Dataset) -> dict[str, float]:
    """Accuracy, and the share of images whose class is more than 90 % probable, on the test split."""
    assert data.test.y is not None
    images, labels = torch.from_numpy(data.test.x.copy()), torch.from_numpy(data.test.y.copy())
    log_prob = torch.cat([net(part.float() * data.scale) for part in images.split(_PART)])  # (n, classes)
    best, guess = log_prob.exp().max(dim=1)
    return {
        "n": len(labels),
        "accuracy": round(float((guess == labels).double().mean()), 5),
        "confident": round(float((best > 0.9).double().mean()), 5),
    }


@functools.cache
def _read(name: str) -> tuple[Checkpoint, DataSpec]:
    place = importlib.resources.files("assets") / "weights" / CLASSIFIERS[name]
    try:
        with importlib.resources.as_file(place) as path:
            checkpoint = read_checkpoint(path)
        if checkpoint.state["format"] != _FORMAT:
            raise ValueError("it was made for another version")
        return checkpoint, DataSpec.from_json(checkpoint.state["spec"])
    except (RunError, OSError, KeyError, TypeError, ValueError) as error:
        why = " ".join(str(error).split())
        raise RunError(
            f"the classifier {CLASSIFIERS[name]} cannot be used ({why}); install the application again"
        ) from None


def instruments_of(name: str) -> frozenset[str]:
    """Names of the instruments of a dataset, given with or without parameters."""
    return frozenset([Classifier.name] if has_classifier(name) else [])


def open_instrument(kind: type[Instrument], name: str, device: torch.device, digest: str = "") -> Instrument | None:
    """The instrument of a kind for a dataset, or None. See `open_classifier` for arguments and errors."""
    return _OPENERS[kind](name, device, digest)


def has_classifier(name: str) -> bool:
    """Whether the application has a classifier of a dataset, given with or without parameters."""
    return name.split(":")[0] in CLASSIFIERS


def open_classifier(name: str, device: torch.device, digest: str = "") -> Classifier | None:
    """The bundled classifier of a dataset, or None.

    Args:
        name: Name of the dataset, with or without parameters.
        device: Device of the classifier.
        digest: Hash of the data. It separates the cached results of datasets of the same name, such as the few images
            of a bundled model.

    Raises:
        RunError: Its file is missing or damaged.
    """
    return _opened(name, device, digest) if has_classifier(name) else None


@functools.cache
def _opened(name: str, device: torch.device, digest: str) -> Classifier:
    checkpoint, spec = _read(name.split(":")[0])
    with initialising(0):  # these weights are replaced below
        net = ImageClassifier(spec.kind.shape, len(spec.classes))
    net.load_state_dict(checkpoint.part("classifier"))
    net.requires_grad_(False).to(device).eval()
    return Classifier(net.features, net, spec.classes, float(checkpoint.state["card"]["test"]["accuracy"]))


_OPENERS: Mapping[type[Instrument], Callable[[str, torch.device, str], Instrument | None]] = {
    Classifier: open_classifier,
}
