"""The painter of each kind of frame that can be part of a film."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from explorer.figures import audio, bars, curves, discs, drawing, images, matrix, plane, text
from models.frames import Audio, Bars, Curves, Discs, Drawing, Frame, Images, Matrix, Plane, Text

__all__ = ["STILL_PAINTERS"]

STILL_PAINTERS: Mapping[type[Frame], Callable[..., None]] = {
    Plane: plane.paint,
    Curves: curves.paint,
    Images: images.paint,
    Bars: bars.paint,
    Matrix: matrix.paint,
    Audio: audio.paint,
    Text: text.paint,
    Drawing: drawing.paint,
    Discs: discs.paint,
}
