"""Text for subtitles and notes: numbers, counts and descriptions of data; tensors as arrays."""

from __future__ import annotations

import math

import numpy as np
from torch import Tensor

from models.protocol import (
    DataPoint,
    DataSpec,
    HasDecoder,
    HasLikelihood,
    Image,
    Kind,
    Planar,
    Simulated,
    Table,
    Tokens,
    Waveform,
)

__all__ = [
    "SHOW",
    "SPLITS",
    "as_array",
    "column_names",
    "counted",
    "decimal",
    "decoder_output",
    "named",
    "plural",
    "subscript",
    "word_of",
]

SPLITS = {"train": "training", "valid": "validation", "test": "test"}
"""Adjective for each split."""
SHOW = {"mean": "mean", "draw": "draw"}
"""Choices of the decoded image: mean of p(x|z), or a draw from it."""

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_WORDS: dict[type[Kind], str] = {
    Image: "image",
    Planar: "point",
    Simulated: "observation",
    Table: "row",
    Tokens: "sequence",
    Waveform: "sound",
}


def as_array(tensor: Tensor) -> np.ndarray:
    """The values of a tensor, detached, on the CPU."""
    return tensor.detach().cpu().numpy()


def column_names(spec: DataSpec) -> tuple[str, ...]:
    """Names of the columns of a table: those of the data, else x₁ to x_d."""
    count = math.prod(spec.kind.shape)
    return spec.columns or tuple(f"x{subscript(column + 1)}" for column in range(count))


def decimal(value: float, digits: int = 3) -> str:
    """A number with a fixed number of decimals and a true minus sign: "−0.540"."""
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0.0 else text.replace("-", "−")


def plural(n: int, what: str) -> str:
    """A count with its noun: "1 image", "2 images"."""
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"


def subscript(number: int) -> str:
    """A whole number as a subscript: "₁₂"."""
    return str(number).translate(_SUBSCRIPTS)


def word_of(kind: Kind) -> str:
    """Noun for one datum of a kind: "image", "point"."""
    return _WORDS[type(kind)]


def counted(n: int, split: str, kind: Kind) -> str:
    """A number of data of a split: "9 validation images"."""
    return plural(n, f"{SPLITS[split]} {word_of(kind)}")


def named(point: DataPoint, kind: Kind) -> str:
    """One datum by its position in its split: "validation image 12"."""
    return f"{SPLITS[point.split]} {word_of(kind)} {point.index}"


def decoder_output(model: HasDecoder, show: str = "mean") -> str:
    """Description of a decoded image: "mean of p(x|z)", "draw from p(x|z)", or "x = G(z)" if z determines x."""
    if not isinstance(model, HasLikelihood):
        return "x = G(z)"
    return "draw from p(x|z)" if show == "draw" else "mean of p(x|z)"
