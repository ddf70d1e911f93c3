"""Words and numbers that the pictures of a VAE have in common."""

from __future__ import annotations

import numpy as np
from torch import Tensor

__all__ = ["SHOW", "SHOWN", "SPLITS", "as_array", "plural"]

SPLITS = {"train": "training", "valid": "validation", "test": "test"}
"""Splits as they are said."""
SHOW = {"mean": "mean of p(x|z)", "draw": "draw from p(x|z)"}
"""What is shown of a decoder, as it is said."""
SHOWN = {"mean": "mean", "draw": "draw"}
"""The same as a choice."""


def as_array(tensor: Tensor) -> np.ndarray:
    """The tensor's numbers, without its history."""
    return tensor.detach().cpu().numpy()


def plural(n: int, what: str) -> str:
    """A number and what is counted: "1 image", "2 images"."""
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"
