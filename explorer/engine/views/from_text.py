"""Inputs and parameters of a view from text, as the command line takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from explorer.engine.data.tensors import TensorData
from explorer.engine.errors import BadInput
from explorer.engine.runs.directions import KeptDirection, find_direction
from explorer.engine.views.viewer import Request
from models.protocol import (
    DataPoint,
    Direction,
    GenerativeModel,
    HasDecoder,
    Input,
    LatentPoint,
    Noise,
    Page,
    Pixel,
    Points,
    TimeStep,
    View,
)

__all__ = ["request_from_text"]

_SEEDS = 2**63


def request_from_text(
    view: View,
    page: Page,
    data: TensorData | None,
    values: Mapping[str, str],
    kept: Iterable[KeptDirection] = (),
) -> Request:
    """The request that "name=value" pairs describe.

    Latent points are "z=0.5,-1", data "point=12" (position in the view's split), noise "noise=3" (a seed), points
    "points=0,1;2,3", pixels "pixel=row,column", times "t=0.5", directions
    "along=name", one of those that were kept.

    Args:
        view: The view.
        page: Whose view it is.
        data: Its data, or None.
        values: Text by name.
        kept: Directions of the run.

    Raises:
        BadInput: A value that cannot be read; one sentence with what can.
    """
    inputs: dict[str, Input] = {}
    params: dict[str, Any] = {}
    for name, text in values.items():
        if name in view.inputs:
            inputs[name] = _input(name, text, view, page, data, kept)
        else:
            params[name] = text
    return Request(view.name, inputs, params)


def _numbers(name: str, text: str, count: int | None) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if not numbers or (count is not None and len(numbers) != count) or not np.isfinite(numbers).all():
        wanted = "numbers" if count is None else f"{count} number{'s' if count > 1 else ''}"
        raise BadInput(f"{name} takes {wanted} separated by commas, not {text}")
    return numbers


def _whole(name: str, text: str, limit: int) -> int:
    """A whole number from 0 to below a limit."""
    number = _numbers(name, text, 1)[0]
    if number != int(number) or not 0 <= number < limit:
        raise BadInput(f"{name} takes a whole number from 0 to {limit - 1}, not {text}")
    return int(number)


def _pixel(name: str, text: str, page: Page) -> Pixel:
    shape = page.spec.kind.shape if isinstance(page, GenerativeModel) else ()
    parts = text.split(",")
    if len(parts) != 2 or len(shape) != 3:
        raise BadInput(f"{name} takes row,column of an image, not {text}")
    return Pixel(_whole(name, parts[0], shape[1]), _whole(name, parts[1], shape[2]))


def _input(
    name: str, text: str, view: View, page: Page, data: TensorData | None, kept: Iterable[KeptDirection]
) -> Input:
    kind = view.inputs[name]
    if kind in (LatentPoint, Direction) and isinstance(page, HasDecoder):
        device = next(page.parameters()).device if isinstance(page, nn.Module) else torch.device("cpu")
        if kind is Direction:
            return find_direction(kept, text, page.latent_dim).on(device)
        return LatentPoint(torch.tensor([_numbers(name, text, page.latent_dim)], device=device))
    if kind is Noise:
        return Noise(_whole(name, text, _SEEDS))
    if kind is TimeStep:
        return TimeStep(_numbers(name, text, 1)[0])
    if kind is Pixel:
        return _pixel(name, text, page)
    if kind is Points:
        return Points(np.array([_numbers(name, point, 2) for point in text.split(";")]))
    if kind is DataPoint and data is not None:
        split = view.splits[0]
        index = _whole(name, text, data.size(split))
        return data.point(split, index)
    raise BadInput(f"{name} cannot be given as text; leave it out for the default")
