"""The default and the text form of each kind of input: one of the three tables of input kinds.

The dataclasses are `models.protocol.INPUTS`; the editors of the window are `explorer.ui.page.editors.EDITORS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from explorer.engine.data.tensors import TensorData
from explorer.engine.errors import BadInput
from explorer.engine.runs.directions import KeptDirection, find_direction
from explorer.engine.views.canvases import canvas_of, canvas_text, read_canvas, region_mask
from explorer.engine.views.family_runs import family_runs
from explorer.engine.views.input_context import InputContext
from models.protocol import (
    Canvas,
    Classifier,
    Data,
    DataBatch,
    DataPoint,
    Direction,
    Doubtful,
    FamilyRuns,
    HasDecoder,
    Image,
    Input,
    Instrument,
    Lab,
    LatentPoint,
    Noise,
    Pixel,
    Planar,
    Points,
    RunHistory,
    TimeStep,
    View,
    numbers_within,
    read_number,
)

__all__ = ["KINDS", "InputKind", "settable"]

_SPLITS = ("train", "valid", "test")
_SEEDS = 2**63


@dataclass(frozen=True)
class InputKind:
    """The default and the text form of one kind of input.

    Attributes:
        default: The input before the user chooses one. Raises `BadInput` if the page cannot supply any.
        from_text: Parses a text, given the saved directions. Raises `BadInput` with one sentence that states the valid
            form.
        to_text: The text of an input, which `from_text` parses; "" if it has no text form.
        example: Such a text, for help; "" if it has no text form.
    """

    default: Callable[[InputContext], Input]
    from_text: Callable[[str, InputContext, Iterable[KeptDirection]], Input]
    to_text: Callable[[Any, InputContext], str]
    example: str = ""


def _numbers(name: str, text: str, count: int) -> list[float]:
    try:
        numbers = [float(read_number(part)) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count:
        raise BadInput(f"{name} takes {count} number{'s' if count > 1 else ''} separated by commas, not {text}")
    return numbers


def _whole(name: str, text: str, limit: int) -> int:
    """A whole number from 0 to below a limit."""
    try:
        number = read_number(text, whole=True)
    except Doubtful as error:
        raise BadInput(f"{name}: {error}") from None
    except ValueError:
        number = -1
    if number != int(number) or not 0 <= number < limit:
        raise BadInput(f"{name} takes {numbers_within(0, limit - 1, whole=True)}, not {text}")
    return int(number)


def _joined(numbers: np.ndarray) -> str:
    """Numbers of a vector as the shortest texts that give the same numbers in its precision."""
    short = (f"{number:g}" for number in numbers)
    return ",".join(
        text if number.dtype.type(text) == number else str(number) for text, number in zip(short, numbers, strict=True)
    )


def _no_text(reason: str) -> Callable[[str, InputContext, Iterable[KeptDirection]], Input]:
    def refuse(_text: str, context: InputContext, _directions: Iterable[KeptDirection]) -> Input:
        raise BadInput(f"{context.name} cannot be given as text: {reason}")

    return refuse


def _data(context: InputContext) -> TensorData:
    if context.data is None:
        raise context.need("data", "data")
    return context.data


def _images(context: InputContext) -> TensorData:
    if not isinstance(context.kind, Image):
        raise context.need("images", "images")
    return _data(context)


def _image_shape(context: InputContext) -> tuple[int, ...]:
    if not isinstance(context.kind, Image):
        raise context.need("images", "images")
    return context.kind.shape


def _latent_dim(context: InputContext) -> int:
    if not isinstance(context.page, HasDecoder):
        raise context.need("a latent space", "latent space")
    return context.page.latent_dim


# Data


def _first_batch(context: InputContext) -> DataBatch:
    split = context.name if context.name in _SPLITS else context.split
    return _data(context).batch(split, 0, context.view.batch)


def _first_datum(context: InputContext) -> DataPoint:
    data, view = _data(context), context.view
    place = view.data_points.index(context.name) if context.name in view.data_points else 0
    return data.point(context.split, min(place, data.size(context.split) - 1))


def _read_datum(text: str, context: InputContext, _directions: Iterable[KeptDirection]) -> DataPoint:
    data = _data(context)
    start, colon, end = text.partition(":")
    split, index = (start, end) if colon and start in _SPLITS else (context.split, text)
    return data.point(split, _whole(context.name, index, data.size(split)))


def _datum_text(datum: DataPoint, context: InputContext) -> str:
    data, split = _data(context), context.split
    same = datum.index < data.size(split) and torch.equal(data.point(split, datum.index).x, datum.x)
    return str(datum.index) if same else f"{datum.split}:{datum.index}"


def _instrument(kind: type[Instrument]) -> InputKind:
    def default(context: InputContext) -> Instrument:
        instrument = _data(context).instrument(kind)
        if instrument is None:
            raise BadInput(
                f"{context.view.title} needs a {kind.label}, and none comes with {_data(context).data.title}"
            )
        return instrument

    return InputKind(default, _no_text(f"the {kind.label} comes with the data"), lambda value, context: "")


# Latent space


def _first_latent(context: InputContext) -> LatentPoint:
    if not isinstance(context.page, HasDecoder):
        raise context.need("a latent space", "latent space")
    return LatentPoint(context.page.first_latent().to(context.device))


def _read_latent(text: str, context: InputContext, _directions: Iterable[KeptDirection]) -> LatentPoint:
    return LatentPoint(torch.tensor([_numbers(context.name, text, _latent_dim(context))], device=context.device))


def _no_direction(context: InputContext) -> Direction:
    return Direction("", torch.zeros(1, _latent_dim(context), device=context.device))


def _read_direction(text: str, context: InputContext, directions: Iterable[KeptDirection]) -> Direction:
    if not text:
        return _no_direction(context)
    return find_direction(directions, text, _latent_dim(context)).on(context.device)


# Images


def _middle_pixel(context: InputContext) -> Pixel:
    _, height, width = _image_shape(context)
    return Pixel(height // 2, width // 2)


def _read_pixel(text: str, context: InputContext, _directions: Iterable[KeptDirection]) -> Pixel:
    channels, height, width = _image_shape(context)
    parts = text.split(",")
    if len(parts) not in (2, 3):
        raise BadInput(f"{context.name} takes row,column or row,column,channel, such as 3,4, not {text}")
    limits = (height, width, channels)
    return Pixel(*(_whole(context.name, part, limit) for part, limit in zip(parts, limits, strict=False)))


def _pixel_text(pixel: Pixel, _context: InputContext) -> str:
    return f"{pixel.row},{pixel.column}" + (f",{pixel.channel}" if pixel.channel else "")


def _half_canvas(context: InputContext) -> Canvas:
    data, (_, height, width) = _images(context), _image_shape(context)
    return canvas_of(data, context.split, 0, region_mask("lower", height, width))


def _read_canvas(text: str, context: InputContext, _directions: Iterable[KeptDirection]) -> Canvas:
    return read_canvas(context.name, text, _images(context), context.split, context.device)


def _canvas_text(canvas: Canvas, context: InputContext) -> str:
    return canvas_text(canvas, _images(context), context.split)


# The plane and time


def _points(context: InputContext) -> Points:
    """The points of the lab; else four around the middle of the data, or around 0.

    Those around data lie half a standard deviation and one and a half away in turns, on a square that is turned by a
    sixteenth: eight modes on a circle lie on the corners of an upright one, where nothing would have to move.
    """
    if isinstance(context.page, Lab) and context.page.points:
        return Points(np.array(context.page.points, dtype=float))
    data = context.data if isinstance(context.kind, Planar) else None
    corners = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    if data is None:
        return Points(corners)
    cos, sin = np.cos(np.pi / 8), np.sin(np.pi / 8)
    corners *= np.array([[0.5], [1.5], [0.5], [1.5]])
    return Points(np.array(data.spec.mean) + np.array(data.spec.std) * (corners @ np.array([[cos, sin], [-sin, cos]])))


def _read_points(text: str, context: InputContext, _directions: Iterable[KeptDirection]) -> Points:
    try:
        return Points(np.array([_numbers(context.name, point, 2) for point in text.split(";")]))
    except BadInput:
        raise BadInput(
            f"{context.name} takes points x,y separated by semicolons, such as 0,1;2,3, not {text}"
        ) from None


def _points_text(points: Points, _context: InputContext) -> str:
    return ";".join(map(_joined, np.asarray(points.xy, dtype=float)))


def _first_time(context: InputContext) -> TimeStep:
    return TimeStep(context.page.time)


def _read_time(text: str, context: InputContext, _directions: Iterable[KeptDirection]) -> TimeStep:
    t = _numbers(context.name, text, 1)[0]
    if not 0 <= t <= 1:
        raise BadInput(f"{context.name} takes a time from 0 to 1, not {text}")
    return TimeStep(t)


KINDS: Mapping[type[Input], InputKind] = {
    DataBatch: InputKind(_first_batch, _no_text("leave it out for the first data of the split"), lambda *_: ""),
    DataPoint: InputKind(_first_datum, _read_datum, _datum_text, "12 or train:12"),
    LatentPoint: InputKind(
        _first_latent,
        _read_latent,
        lambda point, _: _joined(point.z[0].detach().cpu().numpy()),
        "0.5,-1",
    ),
    Direction: InputKind(
        _no_direction, _read_direction, lambda direction, _: direction.name, "the name of one saved with the run"
    ),
    Noise: InputKind(
        lambda _: Noise(0),
        lambda text, context, _: Noise(_whole(context.name, text, _SEEDS)),
        lambda noise, _: str(noise.seed),
        "3",
    ),
    Canvas: InputKind(_half_canvas, _read_canvas, _canvas_text, "12:lower"),
    Pixel: InputKind(_middle_pixel, _read_pixel, _pixel_text, "3,4"),
    Points: InputKind(_points, _read_points, _points_text, "0,1;2,3"),
    TimeStep: InputKind(_first_time, _read_time, lambda time, _: _joined(np.array([time.t])), "0.5"),
    Data: InputKind(
        lambda context: _data(context).whole(), _no_text("it is the whole dataset of the page"), lambda *_: ""
    ),
    RunHistory: InputKind(
        lambda context: RunHistory(context.measured, context.changed),
        _no_text("it is what the run has measured"),
        lambda *_: "",
    ),
    FamilyRuns: InputKind(
        lambda context: family_runs(
            type(context.page), None if context.data is None else context.data.spec, context.device
        ),
        _no_text("it is what has been trained on the same data"),
        lambda *_: "",
    ),
    Classifier: _instrument(Classifier),
}


def settable(view: View) -> dict[str, str]:
    """What `--set` takes for a view, by name: its parameters, its split and its inputs, with the values of each."""
    params = {
        name: f"{declared.label}: {declared.accepts} ({declared.default})" for name, declared in view.params.items()
    }
    split = {"split": f"data: {' or '.join(view.splits)} ({view.splits[0]})"} if len(view.splits) > 1 else {}
    examples = {name: KINDS[kind].example for name, kind in view.inputs.items()}
    return {**params, **split, **{name: f"such as {example}" for name, example in examples.items() if example}}
