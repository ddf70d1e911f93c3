"""One visible range for pictures side by side."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from explorer.ui.frames.layers import needed_extent
from explorer.ui.frames.ranges import PlaneRange
from models.frames import Bars, Frame, Plane

__all__ = ["in_one_range"]


def in_one_range(frames: Sequence[Frame]) -> Sequence[Frame]:
    """The same frames; planes show one range that holds them all, and bars have one scale."""
    planes = [frame for frame in frames if isinstance(frame, Plane)]
    bars = [frame for frame in frames if isinstance(frame, Bars)]
    if len(planes) == len(frames):
        return _planes(planes)
    if len(bars) == len(frames):
        lows, highs = zip(*(frame.ends() for frame in bars), strict=True)
        return [dataclasses.replace(frame, extent=(min(lows), max(highs))) for frame in bars]
    return frames


def _planes(planes: Sequence[Plane]) -> Sequence[Plane]:
    extents = [extent for plane in planes if (extent := plane.extent or needed_extent(plane.layers)) is not None]
    if len(extents) < 2:
        return planes
    left, right, low, high = zip(*extents, strict=True)
    common = PlaneRange()
    exact = all(plane.extent is not None for plane in planes)
    common.fit((min(left), max(right), min(low), max(high)), exact=exact)
    return [dataclasses.replace(plane, extent=common.extent) for plane in planes]
