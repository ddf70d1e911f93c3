"""The skewed image: what the diagonal BiLSTM computes at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from models.frames import Film, Images
from models.nets.diagonal import skew
from models.protocol import DataPoint, param, view
from models.views.words import as_array, named

__all__ = ["diagonals"]

_PLAIN, _DONE, _NOW = 0, 1, 2
_FLOOR = np.array([0.0, 0.2, 0.5])  # least shade of each, so that blank pixels show, too


@view(
    "Diagonals", splits=("valid", "train", "test"),
    help="Skewed, with each row one further to the right than the row above, a diagonal is a column, whose states are "
    "computed at once from those of the column before. The other direction does so on the image from right to left.",
)  # fmt: skip
def diagonals(
    model: Any,
    point: DataPoint,
    direction: str = param(
        "right", "Direction", choices={"right": "Left to right", "left": "Right to left"},
        help="States from right to left move down by one row before they are added: a pixel gets those of the row "
        "above it.",
    ),
) -> Film:  # fmt: skip
    """An image and the skewed one, with the diagonal at which the LSTM is and those that are done."""
    _, height, width = model.spec.kind.shape
    length = width + height - 1
    number = np.add.outer(np.arange(height), np.arange(width))  # diagonal of each pixel
    image = as_array(point.x[0, 0])
    if direction == "left":
        image = image[:, ::-1]
    plain, skewed = _beside(image, number, length), _skewed(image, number)
    if direction == "left":
        plain = plain[..., ::-1].copy()
    shades = np.stack([plain[0], skewed[0]])[:, None]
    return Film(
        tuple(_frame(shades, np.stack([plain[1], skewed[1]]), at) for at in range(length)),
        np.arange(length, dtype=float),
        "diagonal",
        subtitle=f"{named(point, model.spec.kind)}, {length} steps for {height * width} pixels",
    )


def _beside(image: np.ndarray, number: np.ndarray, length: int) -> np.ndarray:
    """Shades and diagonals of an image, (2, h, length), with NaN on its right."""
    rest = np.full((2, len(image), length - image.shape[1]), np.nan)
    return np.concatenate([np.stack([image, number]), rest], axis=2)


def _skewed(image: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Shades and diagonals of the skewed image, (2, h, length), with NaN beside the rows."""
    parts = torch.from_numpy(np.stack([image, number, np.ones_like(number)], axis=-1).astype(np.float64))
    values = as_array(skew(parts))
    return np.where(values[..., 2] > 0, np.moveaxis(values[..., :2], -1, 0), np.nan)


def _frame(shades: np.ndarray, number: np.ndarray, at: int) -> Images:
    role = np.where(number == at, _NOW, np.where(number < at, _DONE, _PLAIN)).astype(np.uint8)
    floor = _FLOOR[role][:, None]
    lit = floor + (1 - floor) * shades
    count = int((role[0] == _NOW).sum())
    return Images(
        lit.astype(np.float32),
        columns=1,
        row_labels=("image", "skewed"),
        role_of=role,
        roles=("model", "data"),
        role_names=("done", "computed at once"),
        note=f"{count} pixel{'s' * (count > 1)} at once.",
    )
