"""What a person wants to know of own data before they are used: how many, sizes, values, classes, what was left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.data.dataset import Content, Dataset
from models.protocol import Image, Simulated, Table, Waveform

__all__ = ["Summary", "summary_of"]

_CLASSES = 12
_COLUMNS = 12
_FILES = 20


@dataclass(frozen=True)
class Summary:
    """A summary of a dataset.

    Attributes:
        facts: What each fact is about, and the fact.
        notes: What was changed of the data, or is to be known of the reading.
        left_out: Each file that was left out, and why.
    """

    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def __str__(self) -> str:
        """A line for each fact, note and file."""
        lines = [f"{name + ':':<12}{fact}" for name, fact in self.facts]
        lines += [f"{'read:':<12}{note}" for note in self.notes]
        lines += [f"{'left out:':<12}{one}" for one in self.left_out[:_FILES]]
        if len(self.left_out) > _FILES:
            lines.append(f"{'':<12}and {len(self.left_out) - _FILES:,} more")
        return "\n".join(lines)


def summary_of(data: Dataset) -> Summary:
    """The summary of a dataset."""
    splits = (data.train, data.valid, data.test)
    sizes = " + ".join(
        f"{len(split):,} to {use}" for split, use in zip(splits, ("train", "validate", "test"), strict=True)
    )
    content = data.content or Content(data.train.x)
    facts = [
        ("data", f"{sum(map(len, splits)):,} {_plural(data)}: {sizes}"),
        ("each", _shape(data)),
        ("values", _values(data)),
    ]
    if data.classes and data.train.y is not None:
        facts.append(("classes", _classes(data)))
    return Summary(tuple(facts), content.notes, content.left_out)


def _plural(data: Dataset) -> str:
    return {Image: "images", Waveform: "sounds", Table: "rows", Simulated: "observations"}.get(
        type(data.kind), "points"
    )


def _shape(data: Dataset) -> str:
    kind = data.kind
    if isinstance(kind, Image):
        return f"{kind.w}×{kind.h} px, {'black and white' if kind.values == 'binary' else kind.values}"
    if isinstance(kind, Waveform) and kind.length and kind.rate:
        return f"{kind.length:,} samples at {kind.rate:,} Hz, {kind.length / kind.rate:.2f} s"
    if data.columns:
        more = ", …" if len(data.columns) > _COLUMNS else ""
        return f"{len(data.columns)} columns: {', '.join(data.columns[:_COLUMNS])}{more}"
    return "two numbers"


def _values(data: Dataset) -> str:
    parts = [split.x for split in (data.train, data.valid, data.test) if len(split)]
    low, high = min(float(x.min()) for x in parts), max(float(x.max()) for x in parts)
    mean = float(np.mean(data.moments()[0]))
    return f"from {low * data.scale:.6g} to {high * data.scale:.6g}".replace("-", "−") + (
        f", mean {mean:.3g}" if isinstance(data.kind, Image) else ""
    )


def _classes(data: Dataset) -> str:
    labels = [split.y for split in (data.train, data.valid, data.test) if split.y is not None]
    counts = np.bincount(np.concatenate(labels), minlength=len(data.classes))
    named = [f"{name} {count:,}" for name, count in zip(data.classes, counts, strict=True)]
    return f"{len(named)}: " + ", ".join(named[:_CLASSES]) + (", …" if len(named) > _CLASSES else "")
