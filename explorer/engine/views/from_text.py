"""Inputs and parameters of a view as text: parsed by the command line, stored with figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch

from explorer.engine.data.tensors import TensorData
from explorer.engine.runs.directions import KeptDirection
from explorer.engine.views.input_context import InputContext
from explorer.engine.views.input_kinds import KINDS
from explorer.engine.views.requests import Request
from models.protocol import GenerativeModel, Input, Page, View

__all__ = ["inputs_as_text", "request_from_text"]


def request_from_text(
    view: View,
    page: Page,
    data: TensorData | None,
    values: Mapping[str, str],
    directions: Iterable[KeptDirection] = (),
) -> Request:
    """Parses "name=value" pairs into a request.

    Latent points are "z=0.5,-1"; data "point=12", the position in the view's split, or "point=train:12"; noise
    "noise=3", a seed; points "points=0,1;2,3"; pixels "pixel=row,column" or "pixel=row,column,channel"; times "t=0.5";
    canvases "canvas=12:lower", an image and its unknown region, "canvas=drawn-00ff…:lower", the bits of one, or
    "canvas=file.npz"; directions "along=name", the name of one saved with the run.

    Args:
        view: The view.
        page: The model or lab.
        data: Its data, or None.
        values: Text by name.
        directions: Directions of the run.

    Raises:
        BadInput: A value is invalid; the sentence states the valid form.
    """
    params: dict[str, Any] = {name: text for name, text in values.items() if name not in view.inputs}
    inputs: dict[str, Input] = {}
    for name, text in values.items():
        if name in view.inputs:
            context = InputContext(view, page, data, _device(page), params, name)
            inputs[name] = KINDS[view.inputs[name]].from_text(text, context, directions)
    return Request(view.name, inputs, params)


def inputs_as_text(view: View, page: Page, data: TensorData | None, request: Request) -> dict[str, str]:
    """The inputs of a request as text by argument name, for `request_from_text`; those without text are left out.

    Args:
        view: The view.
        page: The model or lab.
        data: Its data, or None.
        request: The request; inputs that it does not set are not in the result.
    """
    texts: dict[str, str] = {}
    for name, value in request.inputs.items():
        context = InputContext(view, page, data, _device(page), request.params, name)
        text = KINDS[view.inputs[name]].to_text(value, context)
        if text:
            texts[name] = text
    return texts


def _device(page: Page) -> torch.device:
    return page.device if isinstance(page, GenerativeModel) else torch.device("cpu")
