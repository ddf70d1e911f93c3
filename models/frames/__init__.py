"""Frames: pictures as data, one class a kind.

A frame is a frozen dataclass of NumPy arrays. The window has a widget and the figures a painter for each kind.
`Plane` composes layers, and `Film` puts frames along an axis. Roles name colours that mean the same everywhere: "data",
"model", "prior" (noise, z, KL), "alt" (a rival), "total" (totals and rulers).
"""

from models.frames.arrays import arrays_of
from models.frames.audio import Audio
from models.frames.bars import Bars
from models.frames.curves import Curves, Series
from models.frames.discs import Discs
from models.frames.drawing import Drawing, Label, Stroke
from models.frames.film import Film
from models.frames.frame import Frame, Layer
from models.frames.images import Images
from models.frames.matrix import Matrix
from models.frames.plane import Density, Ellipses, Field, Grid, Lines, Paths, Plane, Points
from models.frames.text import Text

__all__ = [
    "FRAMES",
    "LAYERS",
    "Audio",
    "Bars",
    "Curves",
    "Density",
    "Discs",
    "Drawing",
    "Ellipses",
    "Field",
    "Film",
    "Frame",
    "Grid",
    "Images",
    "Label",
    "Layer",
    "Lines",
    "Matrix",
    "Paths",
    "Plane",
    "Points",
    "Series",
    "Stroke",
    "Text",
    "arrays_of",
]

FRAMES: tuple[type[Frame], ...] = (Plane, Curves, Images, Bars, Matrix, Audio, Text, Drawing, Discs, Film)
LAYERS: tuple[type[Layer], ...] = (Density, Points, Field, Grid, Lines, Ellipses, Paths)
