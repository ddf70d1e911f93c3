"""One live widget for each kind of frame."""

from collections.abc import Mapping

from explorer.ui.frames.audio import AudioView
from explorer.ui.frames.bars import BarsView
from explorer.ui.frames.base import FrameView, LegendItem
from explorer.ui.frames.curves import CurvesView
from explorer.ui.frames.discs import DiscsView
from explorer.ui.frames.drawing import DrawingView
from explorer.ui.frames.film import FilmView
from explorer.ui.frames.images import ImagesView
from explorer.ui.frames.loading import load_pyqtgraph
from explorer.ui.frames.matrix import MatrixView
from explorer.ui.frames.plane import PlaneView
from explorer.ui.frames.plot import Plot
from explorer.ui.frames.stills import STILL_WIDGETS
from explorer.ui.frames.text import TextView
from models.frames import Film, Frame

__all__ = [
    "WIDGETS",
    "AudioView",
    "BarsView",
    "CurvesView",
    "DiscsView",
    "DrawingView",
    "FilmView",
    "FrameView",
    "ImagesView",
    "LegendItem",
    "MatrixView",
    "PlaneView",
    "Plot",
    "TextView",
    "load_pyqtgraph",
]

WIDGETS: Mapping[type[Frame], type[FrameView]] = {**STILL_WIDGETS, Film: FilmView}
