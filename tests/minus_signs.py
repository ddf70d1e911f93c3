"""Hyphens that stand for a minus sign in what a picture shows."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

__all__ = ["HYPHEN", "hyphens", "texts_of"]

HYPHEN = re.compile(r"(?<![\w.)])-\s?\d|\be-\d|\de-\d")


def texts_of(value: Any) -> Iterator[str]:
    """Every text of a frame, a preset or a scene."""
    if isinstance(value, str):
        yield value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            if field.name != "key":  # of a series: it is not shown
                yield from texts_of(getattr(value, field.name))
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from texts_of(part)


def hyphens(value: Any) -> list[str]:
    """The texts with a hyphen before a number."""
    return [text for text in texts_of(value) if HYPHEN.search(text)]
