"""The title that a figure has where none is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import models
from explorer.data import SOURCES
from explorer.figures.scales import number
from models.protocol import BadValue, GenerativeModel, Page

__all__ = ["default_title"]


def default_title(view: str, identity: Mapping[str, Any]) -> str:
    """What a figure is of: "Samples · Ring of 8 Gaussians · GAN in the plane · step 1 206".

    Args:
        view: Title of the view.
        identity: Origin of the figure: `page`, `data` and `step` are told, each where it is known.
    """
    data = SOURCES.get(str(identity.get("data", "")).split(":")[0])
    page = _page(str(identity.get("page", "")))
    parts = [view, "" if data is None else data.title, "" if page is None else page.title]
    if page is not None and issubclass(page, GenerativeModel) and isinstance(identity.get("step"), int):
        parts.append(f"step {number(identity['step'])}")
    return " · ".join(part for part in parts if part)


def _page(name: str) -> type[Page] | None:
    try:
        return models.find_page(name)
    except BadValue:
        return None
