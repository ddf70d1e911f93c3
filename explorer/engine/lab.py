"""Opens labs with their data, for command line and window."""

from __future__ import annotations

import functools
from typing import Any

import torch

from explorer.data import SOURCES, Dataset, source
from explorer.data.own_path import dataset_of_path
from explorer.engine.data.tensors import TensorData
from explorer.engine.errors import BadInput
from explorer.engine.loading import Progress, open_data
from explorer.engine.setup import wanted_kinds
from explorer.engine.views.static_page import StaticPage
from models.protocol import Lab, accepted

__all__ = ["lab_data", "open_lab"]


def lab_data(page: type[Lab], data: str = "") -> str:
    """Canonical text form of the dataset of a lab: the given one, else the first that it accepts, or "".

    Raises:
        BadInput: The dataset does not exist, or the lab does not accept it.
    """
    if not page.accepts:
        if data:
            raise BadInput(f"{page.title} takes no data; leave out {data}")
        return ""
    data = data or next((name for name, found in SOURCES.items() if accepted(found.kind, page.accepts)), "")
    try:
        found = source(dataset_of_path(data, page.accepts))
        kind = found.loaded_kind()
    except ValueError as error:
        raise BadInput(str(error)) from None
    if not accepted(kind, page.accepts):
        raise BadInput(f"{page.title} does not take {found.name}: it needs {wanted_kinds(page)}")
    return str(found)


def open_lab(page: type[Lab], config: Any, data: str = "", progress: Progress | None = None) -> StaticPage:
    """A lab with a config, and with a dataset where it accepts data.

    Args:
        page: The lab.
        config: Its config.
        data: Dataset in its text form; see `lab_data`.
        progress: Called during a download.

    Raises:
        BadInput: The dataset does not fit or cannot be loaded.
    """
    name = lab_data(page, data)
    return StaticPage(page(config), _tensors(open_data(name, progress)) if name else None)


@functools.lru_cache(maxsize=2)
def _tensors(data: Dataset) -> TensorData:
    """The tensors of a dataset, shared while the lab's config changes, with all results cached on them."""
    return TensorData(data, 0, torch.device("cpu"))
