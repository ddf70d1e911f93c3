"""Partly given images: regions that can be unknown, and the text form of a canvas."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from explorer.engine.data.tensors import TensorData
from explorer.engine.errors import BadInput
from models.protocol import Canvas, Image

__all__ = ["REGIONS", "canvas_of", "canvas_text", "read_canvas", "region_mask", "region_of"]

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

_BITS, _DRAWN = "mask-", "drawn-"  # prefixes of the bits of a mask or an image, row by row, as hexadecimal digits


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
    """The canvas that a text describes: an image and what is unknown of it, or the path of an NPZ file with x and mask.

    The image is a position in the split, "12:lower", or for binary data its bits, "drawn-00ff…:lower". What is unknown
    is one of `REGIONS`, or a mask, "12:mask-ff00…". Bits are hexadecimal digits, row by row.

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
    image, _, region = text.partition(":")
    if image.startswith(_DRAWN):
        x = _read_drawn(name, image.removeprefix(_DRAWN), data).to(device)
    elif image.isdecimal() and int(image) < data.size(split):
        x = data.point(split, int(image)).x
    else:
        last = data.size(split) - 1
        raise BadInput(
            f"{name} takes index:region with an index from 0 to {last}, such as 12:lower, or an .npz file, not {text}"
        )
    if region in REGIONS:
        mask = region_mask(region, height, width)
    elif region.startswith(_BITS):
        mask = _read_bits(name, "mask", _BITS, region.removeprefix(_BITS), height * width).reshape(height, width)
    else:
        raise BadInput(f"{name} takes an unknown region among {', '.join(REGIONS)}, not {region or 'nothing'}")
    return Canvas(x, mask.to(x).expand_as(x))


def canvas_text(canvas: Canvas, data: TensorData, split: str) -> str:
    """The text form of a canvas.

    It is "" where the mask differs between channels, or where an image that is not of the split is not binary.
    """
    mask = canvas.mask[0, 0].cpu()
    image = _image_text(canvas.x, data, split)
    if not image or not torch.equal(canvas.mask.cpu(), mask.expand_as(canvas.mask)):
        return ""
    return f"{image}:{region_of(mask) or _BITS + _bits_text(mask)}"


def region_of(mask: Tensor) -> str:
    """Name of the region that is unknown where a mask, (h, w), is 0; "" if it is none of `REGIONS`."""
    return next((name for name in REGIONS if torch.equal(region_mask(name, *mask.shape), mask.float())), "")


def _image_text(x: Tensor, data: TensorData, split: str) -> str:
    stored = data.batch(split).x
    same = (stored == x.to(stored.device)).flatten(1).all(dim=1)
    if same.any():
        return str(int(same.nonzero()[0]))
    return _DRAWN + _bits_text(x) if _is_binary(data) else ""


def _is_binary(data: TensorData) -> bool:
    kind = data.spec.kind
    return isinstance(kind, Image) and kind.values == "binary"


def _bits_text(bits: Tensor) -> str:
    return np.packbits(bits.cpu().numpy().astype(bool)).tobytes().hex()


def _read_drawn(name: str, digits: str, data: TensorData) -> Tensor:
    if not _is_binary(data):
        raise BadInput(f"{name} takes {_DRAWN} for images of 0 and 1 only; give others as an .npz file with x and mask")
    shape = data.spec.kind.shape
    return _read_bits(name, "image", _DRAWN, digits, math.prod(shape)).reshape(1, *shape)


def _read_bits(name: str, what: str, prefix: str, digits: str, count: int) -> Tensor:
    """Bits from hexadecimal digits: (count,) float, 0 or 1."""
    size = -(-count // 8)
    try:
        packed = bytes.fromhex(digits)
    except ValueError:
        packed = b""
    if len(packed) != size or len(digits) != 2 * size:
        given = f"{len(digits)} characters" if len(digits) != 2 * size else "others"
        raise BadInput(f"{name} takes {what} bits as {2 * size} hexadecimal digits after {prefix}, not {given}")
    return torch.from_numpy(np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=count).astype(np.float32))


def _read_file(name: str, path: Path, shape: tuple[int, ...], device: torch.device) -> Canvas:
    """A canvas of a file with x and mask, or with both as the two images that `models.views.drawing` exports."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            pair = stored["images"] if "images" in stored else (stored["x"], stored["mask"])
            x, mask = (np.asarray(array, dtype=np.float32) for array in pair)
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        raise BadInput(f"{name} takes an .npz file with the arrays x and mask; {path} cannot be read as one") from None
    size = "×".join(map(str, shape))
    if x.shape not in (shape, (1, *shape)) or not ((x >= 0) & (x <= 1)).all():
        raise BadInput(f"{name}: x in {path} must be one image of {size} values from 0 to 1")
    if mask.shape not in (shape[1:], shape, (1, *shape)) or not np.isin(mask, (0, 1)).all():
        raise BadInput(f"{name}: mask in {path} must be 0 or 1 for each pixel of {size}")
    mask = np.broadcast_to(mask, (1, *shape)).copy()
    return Canvas(torch.from_numpy(x.reshape(1, *shape)).to(device), torch.from_numpy(mask).to(device))
