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
        columns: Images in a row; 0 for a number that the display chooses.
        row_labels: A word for each row, or empty.
        captions: A word below each image, or empty.
        index: Position of each in its split, (n,) int, -1 for one that is no datum; or None.
        sheet: Images are drawn without gaps, as for a manifold.
        marked: Positions of the images that get a border.
        direction: Vector of the line in latent space along which the images lie, (latent,), or None. The window can
            save it under a name.
    """

    images: np.ndarray
    columns: int = 0
    row_labels: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    index: np.ndarray | None = None
    sheet: bool = False
    marked: tuple[int, ...] = ()
    direction: np.ndarray | None = None
