"""Kinds of data, and the description of a dataset from which a model is built."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import torch

__all__ = [
    "DataSpec",
    "Factor",
    "Image",
    "Kind",
    "Planar",
    "Simulated",
    "Table",
    "Tokens",
    "Waveform",
    "accepted",
    "kind_from_json",
]


@dataclass(frozen=True)
class Kind:
    """Type and shape of one datum. A field left None stands for any value, so that a page can say what it accepts.

    Class attributes:
        dtype: Type of the entries as a model receives them.
    """

    dtype: ClassVar[torch.dtype] = torch.float32

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one datum."""
        raise TypeError(f"{type(self).__name__} has no shape")

    @property
    def plural(self) -> str:
        """Several such data in words, whatever their size."""
        raise TypeError(f"{type(self).__name__} has no name")

    def fits(self, wanted: Kind | type[Kind]) -> bool:
        """Whether a page that accepts `wanted` takes this kind."""
        if isinstance(wanted, type):
            return isinstance(self, wanted)
        return type(self) is type(wanted) and all(
            getattr(wanted, part.name) in (None, getattr(self, part.name)) for part in dataclasses.fields(self)
        )

    def to_json(self) -> dict[str, Any]:
        """The kind as plain JSON, read back by `kind_from_json`."""
        return {"kind": type(self).__name__, **dataclasses.asdict(self)}


@dataclass(frozen=True)
class Planar(Kind):
    """Points in the plane, (2,)."""

    @property
    def shape(self) -> tuple[int, ...]:
        """A point."""
        return (2,)

    @property
    def plural(self) -> str:
        """Points."""
        return "points in the plane"


@dataclass(frozen=True)
class Image(Kind):
    """Images, (c, h, w), values from 0 to 1; `values` is "binary", "grey" or "colour"."""

    c: int | None = None
    h: int | None = None
    w: int | None = None
    values: str | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Channels, height and width."""
        if self.c is None or self.h is None or self.w is None:
            raise TypeError(f"{self} leaves its size open")
        return (self.c, self.h, self.w)

    @property
    def plural(self) -> str:
        """Images, and what values they have."""
        return "images" if self.values is None else f"{self.values} images"


@dataclass(frozen=True)
class Table(Kind):
    """Rows of d real numbers, (d,)."""

    d: int | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """One row."""
        if self.d is None:
            raise TypeError(f"{self} leaves its width open")
        return (self.d,)

    @property
    def plural(self) -> str:
        """Rows."""
        return "rows of a table"


@dataclass(frozen=True)
class Simulated(Kind):
    """Observations of d real numbers that a known process made from unknown ones, (d,).

    `simulator` is the text form of that process (`models.simulators`), so that a model can run it again.
    """

    d: int | None = None
    simulator: str | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """One observation."""
        if self.d is None:
            raise TypeError(f"{self} leaves its size open")
        return (self.d,)

    @property
    def plural(self) -> str:
        """Observations."""
        return "observations of a simulator"


@dataclass(frozen=True)
class Waveform(Kind):
    """Sound, (length,), values from -1 to 1 at `rate` samples a second."""

    length: int | None = None
    rate: int | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """One sound."""
        if self.length is None:
            raise TypeError(f"{self} leaves its length open")
        return (self.length,)

    @property
    def plural(self) -> str:
        """Sounds."""
        return "sounds"


@dataclass(frozen=True)
class Tokens(Kind):
    """Sequences of symbols, (length,), integers below `vocabulary`.

    Shorter sequences are padded; `DataBatch.mask` is 1 where a symbol belongs to the sequence.
    """

    dtype: ClassVar[torch.dtype] = torch.int64

    length: int | None = None
    vocabulary: int | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """One sequence."""
        if self.length is None:
            raise TypeError(f"{self} leaves its length open")
        return (self.length,)

    @property
    def plural(self) -> str:
        """Sequences."""
        return "sequences of symbols"


_KINDS: dict[str, type[Kind]] = {kind.__name__: kind for kind in (Planar, Image, Table, Simulated, Waveform, Tokens)}
_RENAMED: dict[str | None, str] = {"Plane": "Planar"}  # names in runs of version 0.1.0


def kind_from_json(stored: dict[str, Any]) -> Kind:
    """The kind that `Kind.to_json` wrote.

    Raises:
        ValueError: No such kind, or fields it does not have.
    """
    fields = dict(stored)
    name = fields.pop("kind", None)
    name = _RENAMED.get(name, name)
    try:
        return _KINDS[name](**fields)
    except (KeyError, TypeError):
        raise ValueError(f"{stored} names no kind of data; there are {', '.join(_KINDS)}") from None


def accepted(kind: Kind, accepts: Iterable[Kind | type[Kind]]) -> bool:
    """Whether data of a kind can be used by a page that declares what it `accepts`."""
    return any(kind.fits(wanted) for wanted in accepts)


@dataclass(frozen=True)
class Factor:
    """One number from which data were made.

    Attributes:
        name: What it is.
        period: Of a circular factor: values this far apart mean the same; 0 for one that is not circular.
        values: Names of a factor that takes whole numbers from 0 on; empty for one that takes real numbers.
    """

    name: str
    period: float = 0.0
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataSpec:
    """What a model is built for: what it needs to know of its data, small enough to be stored with a run.

    Attributes:
        kind: Type and shape of one datum.
        n: Number of training data.
        classes: Names of the classes, or empty.
        mean: Mean of the training data, per channel of an image, per dimension otherwise.
        std: Standard deviation, likewise.
        levels: Number of values an entry of an image can have, evenly spaced from 0 to 1 (2 for binary images, 256 for
            bytes), or 0 where they are not counted. It follows from the kind and storage of the data, so descriptions
            that differ in it alone are equal.
        factors: What the columns of `DataBatch.factors` are; empty where it is not known what data were made from.
            Models are not built from them, so descriptions that differ in them alone are equal.
        instruments: Names of the instruments that come with these data (`Instrument.name`); likewise.
        columns: Names of the columns of a table, or empty; likewise.
    """

    kind: Kind
    n: int
    classes: tuple[str, ...] = ()
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    levels: int = field(default=0, compare=False)
    factors: tuple[Factor, ...] = field(default=(), compare=False)
    instruments: frozenset[str] = field(default=frozenset(), compare=False)
    columns: tuple[str, ...] = field(default=(), compare=False)

    def to_json(self) -> dict[str, Any]:
        """The description as plain JSON."""
        return {**dataclasses.asdict(self), "kind": self.kind.to_json(), "instruments": sorted(self.instruments)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> DataSpec:
        """The description that `to_json` wrote."""
        return cls(
            kind_from_json(stored["kind"]),
            int(stored["n"]),
            tuple(stored["classes"]),
            tuple(stored["mean"]),
            tuple(stored["std"]),
            int(stored.get("levels", 0)),
            tuple(Factor(f["name"], float(f["period"]), tuple(f["values"])) for f in stored.get("factors", ())),
            frozenset(stored.get("instruments", ["classifier"] if stored.get("classified") else [])),
            tuple(stored.get("columns", ())),
        )
