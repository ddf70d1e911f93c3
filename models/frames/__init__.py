"""Frames: every kind of picture, as data.

A frame is a frozen dataclass of NumPy arrays. The window has a widget and the figures a painter for each kind.
`Plane` composes layers; the others stand alone. Roles name colours that mean the same everywhere: "data", "model",
"prior" (noise, z, KL), "alt" (a rival), "total" (totals and rulers).
"""

from models.frames.arrays import arrays_of
from models.frames.audio import Audio
from models.frames.bars import Bars
from models.frames.curves import Curves, Series
from models.frames.frame import Frame, Layer
from models.frames.images import Images
from models.frames.matrix import Matrix
from models.frames.plane import Density, Ellipses, Field, Grid, Lines, Plane, Points

__all__ = [
    "FRAMES",
    "LAYERS",
    "Audio",
    "Bars",
    "Curves",
    "Density",
    "Ellipses",
    "Field",
    "Frame",
    "Grid",
    "Images",
    "Layer",
    "Lines",
    "Matrix",
    "Plane",
    "Points",
    "Series",
    "arrays_of",
]

FRAMES: tuple[type[Frame], ...] = (Plane, Curves, Images, Bars, Matrix, Audio)
LAYERS: tuple[type[Layer], ...] = (Density, Points, Field, Grid, Lines, Ellipses)
