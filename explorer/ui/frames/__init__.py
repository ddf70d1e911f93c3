"""One live widget for each kind of frame."""

from collections.abc import Mapping

from explorer.ui.frames.audio import AudioView
from explorer.ui.frames.bars import BarsView
from explorer.ui.frames.base import FrameView, LegendItem
from explorer.ui.frames.curves import CurvesView
from explorer.ui.frames.images import ImagesView
from explorer.ui.frames.matrix import MatrixView
from explorer.ui.frames.plane import PlaneView
from models.frames import Audio, Bars, Curves, Frame, Images, Matrix, Plane

__all__ = [
    "WIDGETS",
    "AudioView",
    "BarsView",
    "CurvesView",
    "FrameView",
    "ImagesView",
    "LegendItem",
    "MatrixView",
    "PlaneView",
]

WIDGETS: Mapping[type[Frame], type[FrameView]] = {
    Plane: PlaneView,
    Curves: CurvesView,
    Images: ImagesView,
    Bars: BarsView,
    Matrix: MatrixView,
    Audio: AudioView,
}
