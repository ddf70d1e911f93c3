"""Bundled models: the weights of a run in half precision and some of its test data in one small file.

A page shows one at the first start. The file is a checkpoint: named tensors, and a JSON card with the command
that trained the model and its metrics.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.resources
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

import models
from explorer.data import SOURCES, Dataset, Split
from explorer.engine.data.tensors import TensorData
from explorer.engine.devices import prepare_thread
from explorer.engine.errors import BadInput, RunError
from explorer.engine.files import read_json
from explorer.engine.loading import LoadedRun, load_run
from explorer.engine.measure.evaluation import evaluate
from explorer.engine.randomness import build_model
from explorer.engine.runs.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from explorer.engine.runs.weights import load_weights
from explorer.engine.setup import Setup, split_values
from explorer.engine.training import training_class
from explorer.engine.views.static_page import StaticPage
from models.protocol import BadValue, DataSpec, GenerativeModel, Image, Waveform, build, params_of

__all__ = ["BUNDLES", "LARGEST", "find_bundle", "make_bundle", "open_bundle", "read_card"]

BUNDLES: Mapping[str, Mapping[str, str]] = {
    "vae": {
        "MNIST, 2-D latent": "vae-mnist-2d.safetensors",
        "MNIST, 10-D latent": "vae-mnist-10d.safetensors",
        "Sprites, 2-D latent": "vae-sprites-2d.safetensors",
    },
    "pixel-cnn": {"MNIST": "pixel-cnn-mnist.safetensors"},
    "ddpm-images": {"MNIST": "ddpm-mnist.safetensors"},
    "wavenet": {"Tones": "wavenet-tones.safetensors"},
}
"""Files by page and title; a page opens with its first."""

LARGEST = 2_000_000  # bytes

_FORMAT = 1
_IMAGES = 2000


def make_bundle(
    run: Path,
    out: Path,
    *,
    count: int = _IMAGES,
    measured: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Writes a trained run as one small file: weights, config, test data, and a card.

    Float weights are rounded to half precision. The test data are `count` evenly spaced data of the run's test split,
    deflated; pixels of binary images are stored as bits, others as bytes, sounds as numbers of 16 bits. The metrics on
    the card are measured on the whole test split with the rounded weights.

    Args:
        run: The run's folder.
        out: The file.
        count: Test data to pack; all of them if the split has fewer.
        measured: Test data that the card measures; all of them where None.
        progress: Called during the evaluation with the data done and their total.

    Returns:
        The card.

    Raises:
        RunError: `run` is not a run, or the file cannot be written.
        BadInput: The data cannot be packed, weights overflow in half precision, or the file would be too large.
    """
    loaded = load_run(run)
    if loaded.run.setup.parents:
        raise BadInput(f"{run} was trained with another run ({', '.join(loaded.run.setup.parents)}) and is not bundled")
    part = loaded.model.state_dict()
    tensors = {f"model/{name}": _halved(name, tensor) for name, tensor in part.items()}
    loaded.model.load_state_dict({name: tensors[f"model/{name}"] for name in part})
    index = np.linspace(0, len(loaded.data.test) - 1, min(count, len(loaded.data.test))).round().astype(np.int64)
    packed, packing = _packed(loaded.data, index)
    tensors |= {"data/x": packed, "data/index": torch.from_numpy(index.astype(np.int32))}
    if loaded.data.test.y is not None:
        tensors["data/y"] = torch.from_numpy(loaded.data.test.y[index].astype(np.uint8))
    if loaded.data.test.lengths is not None:
        tensors["data/lengths"] = torch.from_numpy(loaded.data.test.lengths[index].astype(np.int32))
    if loaded.data.test.factors is not None:
        tensors["data/factors"] = torch.from_numpy(loaded.data.test.factors[index].astype(np.float32))
    card = _card(loaded, measured, progress)
    state = {
        "format": _FORMAT,
        "stage": loaded.model.stage,
        "page": loaded.run.setup.page,
        "config": dataclasses.asdict(loaded.config),
        "spec": loaded.run.spec.to_json(),
        "data": {"name": loaded.run.setup.data, "n": len(index), "packing": packing, "scale": loaded.data.scale},
        "metrics": _last_metrics(loaded),
        "card": card,
    }
    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    if size > LARGEST:
        raise BadInput(
            f"the file would have {size / 1e6:.1f} MB, and a bundle has at most 2 MB; train a narrower model"
        )
    write_checkpoint(out, Checkpoint(loaded.step, state, tensors))
    return card


def _halved(name: str, tensor: Tensor) -> Tensor:
    half = tensor.detach().half() if tensor.is_floating_point() else tensor.detach().clone()
    if not half.isfinite().all():
        raise BadInput(f"weights of {name} are beyond half precision, so this run cannot be bundled")
    return half


def _packed(data: Dataset, index: np.ndarray) -> tuple[Tensor, str]:
    """Pixels or sounds of some test data, deflated, and their form: "bits", "bytes" or "int16"."""
    x = data.test.x[index]
    if isinstance(data.kind, Image) and x.dtype == np.uint8:
        bits = data.kind.values == "binary"
        raw, form = (np.packbits(x > 0), "bits") if bits else (x, "bytes")
    elif isinstance(data.kind, Waveform) and x.dtype == np.int16:
        raw, form = x.astype("<i2"), "int16"
    else:
        raise BadInput(f"{data.name} cannot be bundled: only images of whole numbers and sounds can be packed small")
    return torch.frombuffer(bytearray(zlib.compress(raw.tobytes(), 9)), dtype=torch.uint8), form


def _unpacked(checkpoint: Checkpoint, shape: tuple[int, ...]) -> tuple[np.ndarray, float]:
    """Pixels uint8 or sounds int16, (n, *shape), and the factor to data units."""
    stored = checkpoint.state["data"]
    raw = np.frombuffer(zlib.decompress(checkpoint.tensors["data/x"].numpy().tobytes()), np.uint8)
    full = (int(stored["n"]), *shape)
    if stored["packing"] == "bits":
        return np.unpackbits(raw, count=int(np.prod(full))).reshape(full), 1.0
    if stored["packing"] == "int16":
        return raw.view("<i2").astype(np.int16).reshape(full), float(stored["scale"])
    return raw.reshape(full).copy(), float(stored["scale"])


def _last_metrics(loaded: LoadedRun) -> dict[str, float]:
    try:
        stored = read_json(loaded.run.folder / "summary.json")["metrics"]
        return {str(key): float(value) for key, value in stored.items()}
    except (RunError, KeyError, TypeError, ValueError, AttributeError):
        return {}  # an interrupted run has no summary


def _card(loaded: LoadedRun, measured: int | None, progress: Callable[[int, int], None] | None) -> dict[str, Any]:
    found = evaluate(loaded.model, loaded.tensors, split="test", limit=measured, progress=progress)
    setup = loaded.run.setup
    return {
        "title": loaded.model.title,
        "reference": loaded.model.reference,
        "data": setup.data,
        "data_digest": loaded.run.config["data_digest"],
        "seed": setup.seed,
        "steps": loaded.step,
        "command": _command(setup, loaded.step),
        "created": loaded.run.config["created"],
        "versions": loaded.run.config["versions"],
        "test": {key: round(value, 5) if isinstance(value, float) else value for key, value in found.items()},
    }


def _command(setup: Setup, steps: int) -> str:
    """The command that trains this model."""
    model = models.find_page(setup.page)
    assert issubclass(model, GenerativeModel)
    pairs = []
    for values, cls in ((setup.config, model.Config), (setup.training, training_class(model))):
        default: Any = build(cls, {})
        pairs += [f"{n}={getattr(values, n)}" for n in params_of(cls) if getattr(values, n) != getattr(default, n)]
    pairs = [pair for pair in pairs if not pair.startswith(("steps=", "seconds="))]
    training = setup.training
    length = f"--seconds {training.seconds:g}" if training.seconds > 0 else f"--steps {training.steps}"
    early = "" if training.seconds > 0 or steps == training.steps else f" --stop-at {steps}"
    rest = f"{length}{early} --seed {setup.seed} --device {setup.device}"
    return f"dgm-explorer train {setup.page} --data {setup.data} --set {' '.join(pairs)} {rest}"


def find_bundle(name: str) -> tuple[str, str] | None:
    """Page and title of the bundled model of a title or file name, in letters of any case; None where there is none."""
    for page, files in BUNDLES.items():
        for title, file in files.items():
            if name.lower() in (title.lower(), file.lower()):
                return page, title
    return None


@contextlib.contextmanager
def _bundled(page: str, title: str) -> Iterator[Checkpoint]:
    """The file of a page's bundled model; the page's first if no title is given."""
    if page not in BUNDLES:
        raise BadInput(f"no model of page {page} comes with the application; there is one of {', '.join(BUNDLES)}")
    files = BUNDLES[page]
    if title and title not in files:
        raise BadInput(f"no model {title} of page {page} comes with the application; there are {', '.join(files)}")
    name = files[title] if title else next(iter(files.values()))
    place = importlib.resources.files("assets") / "weights" / name
    try:
        with importlib.resources.as_file(place) as path:
            checkpoint = read_checkpoint(path)
        if checkpoint.state["format"] != _FORMAT or checkpoint.state["page"] != page:
            raise ValueError("it was made for another version")
        yield checkpoint
    except (RunError, OSError, KeyError, TypeError, ValueError, AttributeError, BadValue, zlib.error) as error:
        why = " ".join(str(error).split())
        raise RunError(f"the bundled model {name} cannot be used ({why}); install the application again") from None


def read_card(page: str, title: str = "") -> dict[str, Any]:
    """The card of a bundled model: how it was trained, and its metrics on test data.

    Without a title it is that of the page's first bundled model.

    Raises:
        BadInput: There is none.
        RunError: Its file is missing or damaged.
    """
    with _bundled(page, title) as checkpoint:
        return dict(checkpoint.state["card"])


def open_bundle(page: str, title: str = "") -> StaticPage:
    """A bundled model of a page, in float32 and evaluation mode, with its bundled test data.

    Without a title it is the page's first. All three splits of its data are these test data, and batches state this.

    Raises:
        BadInput: There is none.
        RunError: Its file is missing or damaged.
    """
    prepare_thread()
    with _bundled(page, title) as checkpoint:
        state = checkpoint.state
        model_class = models.find_page(page)
        assert issubclass(model_class, GenerativeModel)
        config, _ = split_values(model_class, state["config"])
        spec = DataSpec.from_json(state["spec"])
        if "data/factors" not in checkpoint.tensors:
            spec = dataclasses.replace(spec, factors=())
        model = build_model(model_class, config, spec, 0)
        load_weights(model, checkpoint, averaged=False)
        data = _dataset(checkpoint, spec)
        tensors = TensorData(data, 0, model.device)
        tensors.spec = spec  # the model was built for the training data, not for the few test data
        note = (
            f"Bundled model, {checkpoint.step:,} steps on {data.title}; it is shown with {len(data.test):,} test "
            + ("sounds" if isinstance(spec.kind, Waveform) else "images")
        )
        exhibit = StaticPage(model.eval(), tensors, checkpoint.step, note, title or next(iter(BUNDLES[page])))
        exhibit.history.add(checkpoint.step, {key: float(value) for key, value in state["metrics"].items()})
        return exhibit


def _dataset(checkpoint: Checkpoint, spec: DataSpec) -> Dataset:
    name = str(checkpoint.state["data"]["name"])
    x, scale = _unpacked(checkpoint, spec.kind.shape)
    y = checkpoint.tensors.get("data/y")
    factors = checkpoint.tensors.get("data/factors")
    lengths = checkpoint.tensors.get("data/lengths")
    test = Split(
        x,
        None if y is None else y.numpy().astype(np.int64),
        None if factors is None else factors.numpy().astype(np.float64),
        part_of="test",
        lengths=None if lengths is None else lengths.numpy().astype(np.int64),
    )
    declared = SOURCES.get(name.split(":")[0])
    title = declared.title if declared is not None else name
    return Dataset(
        name,
        title,
        spec.kind,
        test,
        test,
        test,
        classes=spec.classes,
        columns=spec.columns,
        scale=scale,
        factors=spec.factors,
    )
