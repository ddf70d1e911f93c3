"""The triangle above a pixel: through how many states of the row LSTM each earlier pixel reaches it."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import torch

from models.autoregressive.row_lstm.reach import before_conv, before_row_lstm
from models.frames import Images
from models.protocol import DataSpec, Pixel, view

__all__ = ["triangle"]

_FAR = 0.25  # shade of the pixels that take most states


class RowNetwork(Protocol):
    """What the view needs of a model; implemented by `models.autoregressive.row_lstm.model.RowLSTM`."""

    spec: DataSpec

    @property
    def config(self) -> Any:
        """Config of the page."""


@view(
    "Triangle above the pixel", sets=Pixel,
    help="Through how many rows of states an earlier pixel reaches the chosen one: the brightest enter the state of "
    "its own row, the next the state of the row above, and so on. With each row the triangle widens by the kernel's "
    "reach. A click chooses another pixel.",
)  # fmt: skip
def triangle(model: RowNetwork, pixel: Pixel) -> Images:
    """The receptive field of a pixel by the rows of states that are passed; the same for all weights."""
    _, height, width = model.spec.kind.shape
    config = model.config
    passed = np.zeros((height, width), int)  # rows of states to each pixel, 0 where none leads there
    for rows in range(pixel.row + 1):
        features = torch.zeros(height, width, dtype=torch.bool)
        features[pixel.row, pixel.column] = True
        for _ in range(config.layers):
            features = before_row_lstm(features, config.kernel, rows)
        seen = before_conv(features, config.first_kernel).numpy()
        passed[seen & (passed == 0)] = rows + 1
    before = np.arange(height * width).reshape(height, width) < pixel.row * width + pixel.column
    most = max(int(passed.max()), 1)
    shades = np.where(passed > 0, 1 - (1 - _FAR) * (passed - 1) / max(most - 1, 1), _FAR).astype(np.float32)
    shades[~before] = np.nan
    blind = before & (passed == 0)
    return Images(
        shades[None, None],
        columns=1,
        role_of=(1 + blind.astype(np.uint8))[None],
        roles=("model", "prior"),
        role_names=("through few or many states", "never seen"),
        subtitle=f"pixel ({pixel.row}, {pixel.column}), kernel {config.kernel}×1, "
        f"{config.layers} layer{'s' * (config.layers > 1)}",
        note=f"{int((passed == 1).sum())} pixels reach the states of its own row, {int((passed > 1).sum())} those of "
        f"rows above, {int(blind.sum())} none.",
    )
