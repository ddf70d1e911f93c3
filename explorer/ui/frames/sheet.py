"""Contact sheets: many images in one, sized for the screen."""

from __future__ import annotations

import functools

import numpy as np
from PySide6.QtGui import QImage

from explorer.ui.frames.paint import ramp_table

__all__ = ["resample", "sheet_image"]


@functools.lru_cache(maxsize=64)
def _weights(old: int, new: int) -> np.ndarray:
    """Matrix (new, old) of a triangle filter that is as wide as the coarser of the two grids."""
    scale = old / new
    reach = max(1.0, scale)
    centers = (np.arange(new) + 0.5) * scale - 0.5
    weights = np.maximum(0.0, 1 - np.abs(centers[:, None] - np.arange(old)) / reach)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def resample(images: np.ndarray, height: int, width: int) -> np.ndarray:
    """Images (n, c, h, w) in another size: each pixel a block where they grow at least twofold, else filtered."""
    _, _, h, w = images.shape
    if (height, width) == (h, w):
        return images
    if height >= 2 * h and width >= 2 * w:
        return images[:, :, np.arange(height) * h // height][:, :, :, np.arange(width) * w // width]
    sized: np.ndarray = _weights(h, height) @ images.astype(np.float32) @ _weights(w, width).T
    return sized


def sheet_image(
    images: np.ndarray, columns: int, cell: tuple[int, int], gap: tuple[int, int], ink: tuple[str, str]
) -> QImage:
    """Composes many images into one.

    Args:
        images: (n, c, h, w), 0 to 1; c is 1 (drawn from the first ink to the second) or 3; NaN is transparent.
        columns: Images in a row.
        cell: Height and width of each, device pixels.
        gap: Pixels between rows and between columns; transparent.
        ink: Colours of 0 and of 1 for images of one channel.
    """
    n, _, h, w = images.shape
    height, width = cell
    rows, (pitch_y, pitch_x) = -(-n // columns), (height + gap[0], width + gap[1])
    if height >= 2 * h and width >= 2 * w:  # enlarged blocks: colours are computed once per pixel of the source
        pixels = resample(_colours(images, ink)[:, None], height, width)[:, 0]  # (n, height, width)
    else:
        pixels = _colours(resample(images, height, width), ink)
    canvas = np.zeros((rows * pitch_y, columns * pitch_x), np.uint32)
    places = canvas.reshape(rows, pitch_y, columns, pitch_x).transpose(0, 2, 1, 3)[:, :, :height, :width]
    whole, left = divmod(n, columns)
    places[:whole] = pixels[: whole * columns].reshape(whole, columns, height, width)
    if left:
        places[whole, :left] = pixels[whole * columns :]
    size = (columns * pitch_x - gap[1], rows * pitch_y - gap[0])
    image = QImage(canvas.data, *size, 4 * canvas.shape[1], QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()


def _colours(images: np.ndarray, ink: tuple[str, str]) -> np.ndarray:
    """Images (n, c, h, w) as opaque colours, (n, h, w) uint32; NaN in all channels is transparent."""
    with np.errstate(invalid="ignore"):
        level = np.clip(images, 0, 1)
    if images.shape[1] == 1:
        index = np.where(np.isfinite(level[:, 0]), level[:, 0] * 254 + 1.5, 0).astype(np.uint8)
        return _table(ink)[index]
    part = np.nan_to_num(level * 255 + 0.5).astype(np.uint32)
    argb: np.ndarray = (np.uint32(0xFF) << 24) | (part[:, 0] << 16) | (part[:, 1] << 8) | part[:, 2]
    argb[np.isnan(level).all(axis=1)] = 0
    return argb


@functools.lru_cache(maxsize=16)
def _table(ink: tuple[str, str]) -> np.ndarray:
    return np.array(ramp_table(ink), np.uint32)
