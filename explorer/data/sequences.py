"""Sequences of different lengths as one array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["pad_sequences"]


def pad_sequences(
    sequences: Sequence[Sequence[int]], length: int | None = None, padding: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Fills sequences of symbols up to one length.

    Args:
        sequences: Symbols of each sequence.
        length: Length after padding; that of the longest sequence where None.
        padding: The symbol that fills up; `Split.lengths` tells it from the same symbol within a sequence.

    Returns:
        The symbols, (n, length) int64, and the length of each sequence before padding, (n,) int64: `x` and `lengths` of
        a `Split`.

    Raises:
        ValueError: A sequence is longer than `length`.
    """
    lengths = np.array([len(sequence) for sequence in sequences], np.int64)
    longest = int(lengths.max(initial=0))
    width = longest if length is None else length
    if longest > width:
        raise ValueError(f"a sequence has {longest} symbols, and they are padded to {width}")
    x = np.full((len(sequences), width), padding, np.int64)
    for row, sequence in zip(x, sequences, strict=True):
        row[: len(sequence)] = sequence
    return x, lengths
