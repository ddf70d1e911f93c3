"""The catalogue of datasets, and how one is found by what is typed."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Mapping

from explorer.data.dataset import Dataset
from explorer.data.digits import Digits, DigitsBinary
from explorer.data.drawn import Drawn
from explorer.data.errors import DataError
from explorer.data.mixtures import Grid25, Ring8, TwoGaussians
from explorer.data.mnist import FashionMnist, Mnist, MnistBinarized, MnistDynamic
from explorer.data.planar_curves import Moons, Segments, Spirals
from explorer.data.shapes import Checkerboard, Pinwheel
from explorer.data.source import Progress, Source
from explorer.data.sprites import Sprites, SpritesColour
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
    Digits,
    DigitsBinary,
    Sprites,
    SpritesColour,
    Mnist,
    MnistBinarized,
    MnistDynamic,
    FashionMnist,
)
SOURCES: Mapping[str, type[Source]] = {declared.name: declared for declared in _CATALOGUE}

_KEPT = 4
_opened: dict[str, Dataset] = {}
_lock = threading.Lock()


def source(text: str) -> Source:
    """The declaration that a text names.

    Args:
        text: A name, or a name with parameters: "ring8:std=0.05,radius=3".

    Raises:
        DataError: No such dataset, or parameters that cannot be read.
        BadValue: A parameter the dataset does not have, or a value it does not take.
    """
    name, colon, rest = text.strip().partition(":")
    name = name.strip()
    if name not in SOURCES:
        near = difflib.get_close_matches(name.lower(), SOURCES, n=1)
        hint = f"did you mean {near[0]}? There are" if near else "there are"
        raise DataError(f"there is no dataset {name!r}; {hint} {', '.join(SOURCES)}")
    values: dict[str, str] = {}
    for pair in rest.split(",") if colon else ():
        key, equals, value = (part.strip() for part in pair.partition("="))
        if not (key and equals and value):
            raise DataError(f"{text}: {pair.strip()!r} is no parameter; write {name}:name=value,name=value")
        if key in values:
            raise DataError(f"{text}: {key} is given twice")
        values[key] = value
    declared = params_of(SOURCES[name])
    for key in values:
        if key not in declared:
            there = f"there are {', '.join(declared)}" if declared else "it has none"
            raise BadValue(key, f"{name} has no parameter {key}; {there}")
    try:
        return build(SOURCES[name], values)
    except BadValue as error:
        raise BadValue(error.field, f"{name}: {error}") from None


def open_dataset(text: str, progress: Progress | None = None) -> Dataset:
    """The dataset that a text names; the last few stay in memory and are shared.

    Args:
        text: As for `source`.
        progress: As for `Source.load`.

    Raises:
        DataError: It cannot be had.
        BadValue: A parameter is wrong.
    """
    wanted = source(text)
    key = " ".join(filter(None, (str(wanted), wanted.version())))
    with _lock:
        if key in _opened:
            _opened[key] = _opened.pop(key)  # now the newest
            return _opened[key]
    loaded = wanted.load(progress)
    with _lock:
        loaded = _opened.setdefault(key, loaded)
        while len(_opened) > _KEPT:
            del _opened[next(iter(_opened))]
    return loaded
