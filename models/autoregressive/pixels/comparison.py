"""The trade-off of the architectures: what each sees, holds, costs and reaches."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from models.autoregressive.pixels.likelihood import parts_of
from models.autoregressive.pixels.model import PixelModel
from models.frames import Text
from models.protocol import DataBatch, FamilyRuns, Noise, view
from models.views.words import counted, plural

__all__ = ["comparison"]

_HEAD = ("model", "nats", "sees", "weights", "step", "image")
_KEY = (
    "nats   −log p(x), exact; lower is better",
    "sees   earlier pixels in the receptive field,",
    "       at the last pixel of the middle row",
    "step   ms forward and backward, two images",
    "image  ms to draw one, with cached features",
)
_BATCH = 2  # images of the step that is timed
_COMPARED = 12_800  # pixels, but at least as many images as the next number
_LEAST = 64
_FEWEST_PIXELS = 16  # drawn before a result is shown


@view(
    "Trade-off", batch=200, grad=True,
    help="This model and the newest run of each other page of the family on the same data, measured in the same way.",
)  # fmt: skip
def comparison(model: PixelModel, valid: DataBatch, noise: Noise, family: FamilyRuns) -> Iterator[Text]:
    """A line for each trained model of the family, all measured here and now on the same data."""
    pixels = valid.x[0].numel()
    count = max(_LEAST, _COMPARED // pixels)
    valid = replace(valid, x=valid.x[:count], index=valid.index[:count])
    lines: list[tuple[str, ...]] = []
    notes: list[str] = []
    trainings: list[str] = []
    for line in _measured(model, valid, noise):
        yield _table([line], notes, valid, model)
    lines.append(line)
    for trained in family.models:
        try:
            other = trained.load()
        except ValueError as error:
            notes.append(str(error))
            continue
        if isinstance(other, PixelModel):
            for line in _measured(other, valid, noise):
                yield _table([*lines, line], notes, valid, model)
            lines.append(line)
            trainings.append(f"{trained.title} {plural(trained.steps, 'step')}")
    if trainings:
        notes.insert(0, f"Trained for: {', '.join(trainings)}.")
    if not family.models:
        notes.append("Train another page of this tab on the same data to compare it here.")
    yield _table(lines, notes, valid, model)


def _measured(model: PixelModel, batch: DataBatch, noise: Noise) -> Iterator[tuple[str, ...]]:
    """The cells of a model's line: immediately those that cost nothing, then one more with each result."""
    _, height, width = model.spec.kind.shape
    row, column = height // 2, width - 1
    seen = 100 * int(model.sees(row, column).sum()) / max(1, row * width + column)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    cells = [type(model).title, "…", f"{seen:.0f} %", f"{parameters:,}", "…", "…"]
    yield tuple(cells)
    parts: list[Tensor] = []
    for x in parts_of(batch.x):
        with torch.no_grad():
            parts.append(-model.log_prob(x))
        cells[1] = f"{float(torch.cat(parts).mean()):.2f}"
        yield tuple(cells)
    for seconds in _step_times(model, batch.x[:_BATCH]):
        cells[4] = f"{1000 * seconds:.{0 if seconds > 0.01 else 1}f}"
        yield tuple(cells)
    for cells[5] in _draw_times(model, noise):
        yield tuple(cells)


def _step_times(model: PixelModel, x: Tensor) -> Iterator[float]:
    """Seconds of a forward and backward pass of a copy of the model, twice: the first may prepare the libraries."""
    copy = model.copy().requires_grad_()
    for _ in range(2):
        since = time.perf_counter()
        total = copy.pixel_log_prob(x).sum()
        if total.requires_grad:
            total.backward()
        if x.is_cuda:
            torch.cuda.synchronize()
        yield time.perf_counter() - since


def _draw_times(model: PixelModel, noise: Noise) -> Iterator[str]:
    """Milliseconds to draw an image, from the pixels drawn so far."""
    x = torch.zeros(1, *model.spec.kind.shape, device=model.device, dtype=model.dtype)
    spent, shown = 0.0, time.perf_counter()
    pixels = model.drawing(x, torch.zeros_like(x), rng=noise.rng(model.device))
    done = 0
    while done < x.numel():
        since = time.perf_counter()
        done = next(pixels)
        spent += time.perf_counter() - since
        if done >= _FEWEST_PIXELS and time.perf_counter() - shown > 0.01:
            yield f"{1000 * spent * x.numel() / done:.0f}"
            shown = time.perf_counter()
    yield f"{1000 * spent:.0f}"


def _table(lines: list[tuple[str, ...]], notes: list[str], batch: DataBatch, model: PixelModel) -> Text:
    rows = [_HEAD, *lines]
    widths = [max(len(row[k]) for row in rows) for k in range(len(_HEAD))]
    texts = tuple(
        "  ".join(
            cell.ljust(w) if k == 0 else cell.rjust(w) for k, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
    return Text(
        (*texts, "", *_KEY),
        marks=((1, 0, len(lines[0][0]), "model"),),
        subtitle=f"nats: −log p(x) of {counted(len(batch), batch.split, model.spec.kind)}",
        note=" ".join(notes),
    )
