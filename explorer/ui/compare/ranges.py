"""One visible range for two planes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from explorer.ui.frames.layers import needed_extent
from explorer.ui.frames.ranges import PlaneRange
from models.frames import Frame, Plane

__all__ = ["in_one_range"]


def in_one_range(frames: Sequence[Frame]) -> list[Frame]:
    """The same frames; planes among several show one range that holds them all."""
    planes = [frame for frame in frames if isinstance(frame, Plane)]
    extents = [extent for plane in planes if (extent := plane.extent or needed_extent(plane.layers)) is not None]
    if len(planes) < len(frames) or len(extents) < 2:
        return list(frames)
    lows, highs = zip(*((extent[::2], extent[1::2]) for extent in extents), strict=True)
    x0, y0 = (min(values) for values in zip(*lows, strict=True))
    x1, y1 = (max(values) for values in zip(*highs, strict=True))
    common = PlaneRange()
    common.fit((x0, x1, y0, y1), exact=all(plane.extent is not None for plane in planes))
    return [dataclasses.replace(plane, extent=common.extent) for plane in planes]
