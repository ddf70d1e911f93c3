"""Partly given images: regions that can be unknown, and the text form of a canvas."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from explorer.engine.data.tensors import TensorData
from explorer.engine.errors import BadInput
from models.protocol import Canvas

__all__ = ["REGIONS", "canvas_of", "canvas_text", "read_canvas", "region_mask"]

REGIONS: Mapping[str, str] = {
    "lower": "Lower",
    "upper": "Upper",
    "left": "Left",
    "right": "Right",
    "center": "Center",
    "all": "All",
    "none": "None",
}
"""Regions that can be unknown, by name, with their labels."""

_BITS = "mask-"  # prefix of a mask's bits, row by row, as hexadecimal digits


def region_mask(region: str, height: int, width: int) -> Tensor:
    """The mask for an unknown region of an image: (height, width), 1 where the image is given.

    Args:
        region: One of `REGIONS`.
        height: Rows of the image.
        width: Columns of the image.
    """
    mask = torch.ones(height, width)
    rows = {"lower": slice(height // 2, None), "upper": slice(0, height // 2), "center": _middle(height)}
    columns = {"left": slice(0, width // 2), "right": slice(width // 2, None), "center": _middle(width)}
    if region != "none":
        mask[rows.get(region, slice(None)), columns.get(region, slice(None))] = 0
    return mask


def _middle(size: int) -> slice:
    """The middle half of a number of rows or columns, at least one."""
    quarter = size // 4
    return slice(quarter, max(quarter + 1, size - quarter))


def canvas_of(data: TensorData, split: str, index: int, mask: Tensor) -> Canvas:
    """A canvas of an image of the data.

    Args:
        data: Images.
        split: Split of the image.
        index: Its position there.
        mask: 1 where the image is given, (h, w).
    """
    x = data.point(split, index).x
    return Canvas(x, mask.to(x).expand_as(x))


def read_canvas(name: str, text: str, data: TensorData, split: str, device: torch.device) -> Canvas:
    """The canvas that a text describes: "12:lower", "12:mask-ff00…" or the path of an NPZ file with x and mask.

    Args:
        name: The argument, for messages.
        text: The text.
        data: Images.
        split: Split of the image that a number means.
        device: Device of the tensors.

    Raises:
        BadInput: The text or the file is invalid; the sentence states the valid form.
    """
    channels, height, width = data.spec.kind.shape
    if text.endswith(".npz"):
        return _read_file(name, Path(text), (channels, height, width), device)
    place, _, region = text.partition(":")
    last = data.size(split) - 1
    if not place.isdecimal() or int(place) > last:
        raise BadInput(
            f"{name} takes index:region with an index from 0 to {last}, such as 12:lower, or an .npz file, not {text}"
        )
    if region in REGIONS:
        mask = region_mask(region, height, width)
    elif region.startswith(_BITS):
        mask = _mask_of(name, region.removeprefix(_BITS), height, width)
    else:
        raise BadInput(f"{name} takes an unknown region among {', '.join(REGIONS)}, not {region or 'nothing'}")
    return canvas_of(data, split, int(place), mask)


def canvas_text(canvas: Canvas, data: TensorData, split: str) -> str:
    """The text form of a canvas, or "" if its image is not of the split or its mask differs between channels."""
    mask = canvas.mask[0, 0].cpu()
    same = (data.batch(split).x == canvas.x.to(data.batch(split, 0, 1).x.device)).flatten(1).all(dim=1)
    if not same.any() or not torch.equal(canvas.mask.cpu(), mask.expand_as(canvas.mask)):
        return ""
    height, width = mask.shape
    region = next((name for name in REGIONS if torch.equal(region_mask(name, height, width), mask)), None)
    return f"{int(same.nonzero()[0])}:{region or _BITS + _text_of(mask)}"


def _text_of(mask: Tensor) -> str:
    return np.packbits(mask.numpy().astype(bool)).tobytes().hex()


def _mask_of(name: str, digits: str, height: int, width: int) -> Tensor:
    count = -(-height * width // 8)
    try:
        packed = bytes.fromhex(digits)
    except ValueError:
        packed = b""
    if len(packed) != count:
        raise BadInput(f"{name} takes a mask of {2 * count} hexadecimal digits after {_BITS}, not {len(digits)}")
    bits = np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=height * width)
    return torch.from_numpy(bits.reshape(height, width).astype(np.float32))


def _read_file(name: str, path: Path, shape: tuple[int, ...], device: torch.device) -> Canvas:
    try:
        with np.load(path, allow_pickle=False) as stored:
            x, mask = (np.asarray(stored[key], dtype=np.float32) for key in ("x", "mask"))
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        raise BadInput(f"{name} takes an .npz file with the arrays x and mask; {path} cannot be read as one") from None
    size = "×".join(map(str, shape))
    if x.shape not in (shape, (1, *shape)) or not ((x >= 0) & (x <= 1)).all():
        raise BadInput(f"{name}: x in {path} must be one image of {size} values from 0 to 1")
    if mask.shape not in (shape[1:], shape, (1, *shape)) or not np.isin(mask, (0, 1)).all():
        raise BadInput(f"{name}: mask in {path} must be 0 or 1 for each pixel of {size}")
    mask = np.broadcast_to(mask, (1, *shape)).copy()
    return Canvas(torch.from_numpy(x.reshape(1, *shape)).to(device), torch.from_numpy(mask).to(device))
