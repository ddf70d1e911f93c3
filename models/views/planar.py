"""Parts of pictures of the plane: the square around points, and the class to which a place belongs."""

from __future__ import annotations

import torch
from torch import Tensor

from models.protocol import Data

__all__ = ["nearest_class", "square_of"]

_NEIGHBOURS = 1500  # training data among which the nearest is searched


def square_of(x: Tensor, margin: float = 0.25) -> tuple[float, float, float, float]:
    """x0, x1, y0, y1 of a square around points, (n, 2), widened on each side by a share of their extent.

    Around points in one place it is as large as they are far from 0.
    """
    low, high = x.min(dim=0).values, x.max(dim=0).values
    cx, cy = (0.5 * (low + high)).tolist()
    extent = float((high - low).max()) or max(abs(cx), abs(cy)) or 1.0
    half = 0.5 * extent * (1 + 2 * margin)
    return (cx - half, cx + half, cy - half, cy + half)


def nearest_class(x: Tensor, data: Data) -> tuple[Tensor, tuple[str, ...]]:
    """Class of the training datum nearest to each point, (n,), and the names of the classes."""
    train, names = data.split("train", _NEIGHBOURS), tuple(data.spec.classes) or ("data",)
    of = torch.zeros(len(train), dtype=torch.long, device=train.x.device) if train.y is None else train.y
    return of[torch.cdist(x, train.x.to(x)).argmin(dim=1)], names
