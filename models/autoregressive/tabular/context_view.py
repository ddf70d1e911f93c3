"""What the table of a pixel says: how much each pixel of its context moves it."""

from __future__ import annotations

import numpy as np

from models.autoregressive.pixels import PixelModel
from models.autoregressive.pixels.conditionals import flip, total_variation
from models.frames import Images
from models.protocol import DataPoint, Pixel, view
from models.views.words import decimal

__all__ = ["context"]


@view(
    "Context of the pixel", sets=Pixel, splits=("valid", "train", "test"),
    help="The pixels on which the chosen one depends: by how much p(ink) changes if one of them is flipped, all others "
    "being as in the image. A click chooses another pixel.",
)  # fmt: skip
def context(model: PixelModel, point: DataPoint, pixel: Pixel) -> Images:
    """The change of the conditional of a pixel when one pixel of its context is flipped, for each of these."""
    _, height, width = model.spec.kind.shape
    seen = model.sees(pixel.row, pixel.column)
    at = seen.flatten().nonzero()[:, 0].to(point.x.device)  # (m,)
    image = np.full((height, width), np.nan, np.float32)
    full, where = 0.0, "none"
    if len(at):
        here = model.outputs(point.x)
        others = model.outputs(flip(point.x.expand(len(at), -1, -1, -1), at))
        change = total_variation(model, here, others)[:, pixel.row, pixel.column].cpu().numpy()  # (m,)
        full = float(change.max())
        image[seen.numpy()] = change / max(full, 1e-9)
        largest = int(at[int(change.argmax())])
        where = f"{decimal(full)} at ({largest // width}, {largest % width})"
    role_of = np.ones((1, height, width), np.uint8)
    role_of[0, pixel.row, pixel.column] = 2
    image[pixel.row, pixel.column] = 1.0
    return Images(
        image[None, None], columns=1, role_of=role_of, roles=("data", "model"), role_names=("change", "the pixel"),
        full=max(full, 1e-9), unit="change of p",
        subtitle=f"pixel ({pixel.row}, {pixel.column}), context of {len(at)}: 2^{len(at)} = {2 ** len(at):,}",
        note=f"Largest change: {where}.",
    )  # fmt: skip
