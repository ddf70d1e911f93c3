"""Images in rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.frames.frame import Frame

__all__ = ["Images"]


@dataclass(frozen=True)
class Images(Frame):
    """Images in rows.

    Attributes:
        images: (n, c, h, w), 0 to 1, c is 1 or 3.
        columns: Images in a row; 0 lets the display choose.
        row_labels: A word for each row, or empty.
        captions: A word below each image, or empty.
        index: Position of each in its split, (n,) int, or None.
        sheet: No gaps, as for a manifold.
        marked: Places of images that are framed.
        direction: Where the images lie along a line in latent space, the vector from 0 to 1 along it, (latent,), or
            None: a window can keep it under a name.
    """

    images: np.ndarray
    columns: int = 0
    row_labels: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    index: np.ndarray | None = None
    sheet: bool = False
    marked: tuple[int, ...] = ()
    direction: np.ndarray | None = None
