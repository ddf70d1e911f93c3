"""Work in parts, between which a view can be interrupted."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable
from typing import TypeVar

__all__ = ["paused"]

_T = TypeVar("_T")


def paused(parts: Iterable[_T], seconds: float = 0.008) -> Generator[None, None, list[_T]]:
    """Computes all parts, and yields None after every few milliseconds of work; for `yield from` in a view.

    Args:
        parts: What is computed as it is iterated over.
        seconds: Time of work after which it yields.

    Returns:
        The parts.
    """
    done, since = [], time.perf_counter()
    for part in parts:
        done.append(part)
        if time.perf_counter() - since > seconds:
            yield None
            since = time.perf_counter()
    return done
