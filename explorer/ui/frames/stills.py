"""The widget of each kind of frame that can be part of a film."""

from __future__ import annotations

from collections.abc import Mapping

from explorer.ui.frames.audio import AudioView
from explorer.ui.frames.bars import BarsView
from explorer.ui.frames.base import FrameView
from explorer.ui.frames.curves import CurvesView
from explorer.ui.frames.discs import DiscsView
from explorer.ui.frames.drawing import DrawingView
from explorer.ui.frames.images import ImagesView
from explorer.ui.frames.matrix import MatrixView
from explorer.ui.frames.plane import PlaneView
from explorer.ui.frames.text import TextView
from models.frames import Audio, Bars, Curves, Discs, Drawing, Frame, Images, Matrix, Plane, Text

__all__ = ["STILL_WIDGETS"]

STILL_WIDGETS: Mapping[type[Frame], type[FrameView]] = {
    Plane: PlaneView,
    Curves: CurvesView,
    Images: ImagesView,
    Bars: BarsView,
    Matrix: MatrixView,
    Audio: AudioView,
    Text: TextView,
    Drawing: DrawingView,
    Discs: DiscsView,
}
