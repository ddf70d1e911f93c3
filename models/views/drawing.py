"""The partly given image that a model completes."""

from __future__ import annotations

import numpy as np

from models.frames import Images
from models.protocol import Canvas, GenerativeModel, view
from models.views.words import as_array

__all__ = ["drawing"]


@view("Your drawing", sets=Canvas, help="An image that you draw; the model completes its unknown part.")
def drawing(model: GenerativeModel, canvas: Canvas) -> Images:
    """Two images: the given pixels of a canvas, 0 elsewhere, and its mask, 1 where a pixel is given."""
    x, mask = as_array(canvas.x), as_array(canvas.mask)
    count = f"{int(mask[0, 0].sum())} of {mask[0, 0].size} pixels given"
    return Images(np.concatenate([x * mask, mask]), columns=2, captions=("image", "given"), subtitle=count)
