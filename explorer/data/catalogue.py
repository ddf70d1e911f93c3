"""The catalogue of datasets, and the lookup of a dataset by its text form."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Mapping

from explorer.data.dataset import Dataset
from explorer.data.digits import Digits, DigitsBinary
from explorer.data.drawn import Drawn
from explorer.data.errors import DataError
from explorer.data.four_points import FourPoints
from explorer.data.mixtures import Grid25, Ring8, TwoGaussians
from explorer.data.mnist import FashionMnist, Mnist, MnistBinarized, MnistDynamic
from explorer.data.own_images import OwnImages
from explorer.data.own_sounds import OwnSounds
from explorer.data.own_table import OwnTable
from explorer.data.planar_curves import Moons, Segments, Spirals
from explorer.data.shapes import Checkerboard, Pinwheel
from explorer.data.simulated import GAndKData, LotkaVolterraData, ParabolaData, RegressionData
from explorer.data.source import Progress, Source
from explorer.data.spelling import read_spelling
from explorer.data.spoken_digits import SpokenDigits
from explorer.data.sprites import Sprites, SpritesColour
from explorer.data.tables import Copula6, Gaussian6
from explorer.data.tones import Tones
from explorer.data.waveform import WaveformFile
from models.protocol import BadValue, build, params_of

__all__ = ["SOURCES", "open_dataset", "source"]

_CATALOGUE: tuple[type[Source], ...] = (
    Ring8,
    Grid25,
    Moons,
    Pinwheel,
    Spirals,
    Checkerboard,
    TwoGaussians,
    Segments,
    Drawn,
    Gaussian6,
    Copula6,
    OwnTable,
    ParabolaData,
    RegressionData,
    GAndKData,
    LotkaVolterraData,
    Digits,
    DigitsBinary,
    Sprites,
    SpritesColour,
    Mnist,
    MnistBinarized,
    MnistDynamic,
    FashionMnist,
    FourPoints,
    OwnImages,
    Tones,
    SpokenDigits,
    WaveformFile,
    OwnSounds,
)
SOURCES: Mapping[str, type[Source]] = {declared.name: declared for declared in _CATALOGUE}

_CACHED = 4
_opened: dict[str, Dataset] = {}
_lock = threading.Lock()


def source(text: str) -> Source:
    """The source that a text names.

    Args:
        text: A name, or a name with parameters, "ring8:std=0.05,radius=3"; see `explorer.data.spelling`.

    Raises:
        DataError: Unknown dataset, or parameters that cannot be parsed.
        BadValue: Unknown parameter, or a value that the parameter does not take.
    """
    name, values = read_spelling(text)
    if name not in SOURCES:
        near = difflib.get_close_matches(name.lower(), SOURCES, n=1)
        hint = f"did you mean {near[0]}? The" if near else "the"
        raise DataError(f"unknown dataset {name!r}; {hint} datasets are {', '.join(SOURCES)}")
    declared = params_of(SOURCES[name])
    for key in values:
        if key not in declared:
            known = f"its parameters are {', '.join(declared)}" if declared else "it has none"
            raise BadValue(key, f"{name} has no parameter {key}; {known}")
    try:
        return build(SOURCES[name], values)
    except BadValue as error:
        raise BadValue(error.field, f"{name}: {error}") from None


def open_dataset(text: str, progress: Progress | None = None) -> Dataset:
    """The dataset that a text names; the last four stay in memory and are shared.

    Args:
        text: As for `source`.
        progress: As for `Source.load`.

    Raises:
        DataError: The data cannot be loaded.
        BadValue: A parameter is invalid.
    """
    declared = source(text)
    key = " ".join(filter(None, (str(declared), declared.version())))
    with _lock:
        if key in _opened:
            _opened[key] = _opened.pop(key)  # moves it to the end: most recently used
            return _opened[key]
    loaded = declared.load(progress)
    with _lock:
        loaded = _opened.setdefault(key, loaded)
        while len(_opened) > _CACHED:
            del _opened[next(iter(_opened))]
    return loaded
