"""Pictures of image files, made squares of one size. Sizes are checked before anything is decoded."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer.data.errors import Unreadable

__all__ = ["ENDINGS", "Look", "Picture", "read_picture", "squared"]

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".webp")
MOST_PIXELS = 16_000_000
MOST_COEFFICIENTS = 80_000_000  # of a progressive JPEG, which holds those of the whole image in memory, 2 bytes each
_FORMATS = ("PNG", "JPEG", "BMP", "WEBP")
_DAMAGED = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError, OverflowError,
    MemoryError, RuntimeError, NotImplementedError, ArithmeticError, AssertionError, struct.error, zlib.error,
)  # fmt: skip
"""What Pillow raises for damaged files."""


@dataclass(frozen=True)
class Look:
    """What images are made to look like.

    Attributes:
        side: Height and width, px.
        colour: Three channels, not one.
        crop: The largest square about the centre; else the whole image, with a border.
        background: Of borders and behind transparent parts, 0 black to 255 white.
    """

    side: int
    colour: bool
    crop: bool
    background: int


@dataclass(frozen=True)
class Picture:
    """An image as it was read.

    Attributes:
        x: Channels, height and width, uint8.
        size: Width and height in the file, as it is seen.
        colour: Its file has colours.
        transparent: Its file has transparent parts.
        deep: Its file has 16 bits a channel, of which the upper eight are kept.
        frames: Number of images in the file; the first is taken.
    """

    x: np.ndarray
    size: tuple[int, int]
    colour: bool = False
    transparent: bool = False
    deep: bool = False
    frames: int = 1


def read_picture(packed: bytes, look: Look) -> Picture:
    """The image of a PNG, JPEG, BMP or WebP file, turned as its EXIF data say.

    Raises:
        Unreadable: It is none of these, damaged, or too large.
    """
    from PIL import Image  # the import takes a twentieth of a second

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(packed), formats=_FORMATS) as image:
                return _picture(image, packed, look)
    except Image.UnidentifiedImageError:
        raise Unreadable("is no PNG, JPEG, BMP or WebP image") from None
    except Image.DecompressionBombError:
        raise Unreadable(f"has more than {MOST_PIXELS // 1_000_000} million pixels") from None
    except Unreadable:
        raise
    except _DAMAGED:
        raise Unreadable("is damaged: it cannot be decoded") from None


def _picture(image: Any, packed: bytes, look: Look) -> Picture:
    size, frames = image.size, int(getattr(image, "n_frames", 1))
    if image.info.get("progressive") and size[0] * size[1] * len(image.getbands()) > MOST_COEFFICIENTS:
        raise Unreadable(f"is a progressive JPEG of {size[0]:,} × {size[1]:,} px; save it smaller, or not progressive")
    image.draft(None, (2 * look.side, 2 * look.side))  # JPEG files are decoded at a fraction of their size
    if image.width * image.height > MOST_PIXELS:
        raise Unreadable(f"has more than {MOST_PIXELS // 1_000_000} million pixels ({size[0]:,} × {size[1]:,})")
    image.load()
    turned = image.getexif().get(0x0112, 1)
    deep = image.mode.startswith("I") or (image.format == "PNG" and packed[24:25] == b"\x10")
    transparent = image.mode in ("LA", "PA", "RGBA", "RGBa") or "transparency" in image.info
    colour = image.mode not in ("1", "L", "LA", "I", "I;16", "I;16B")
    small = _shrunk(image, look, transparent, deep)
    return Picture(
        _array(_square(_turned(small, turned), look)),
        size if turned < 5 else size[::-1], colour, transparent, deep, frames,
    )  # fmt: skip


def _shrunk(image: Any, look: Look, transparent: bool, deep: bool) -> Any:
    """The image in 8 bits, without transparency, as little reduced as its size allows: what follows is then fast."""
    from PIL import Image

    if image.mode.startswith("I"):
        wide = np.asarray(image, np.int64 if image.mode == "I" else None)
        image = Image.fromarray((np.clip(wide, 0, 65535) >> 8).astype(np.uint8))
    elif transparent:
        image = image.convert("RGBA")
    elif image.mode not in ("L", "RGB"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    factor = max(1, min(image.size) // (2 * look.side))
    image = image.reduce(factor) if factor > 1 else image.copy()
    if transparent and image.mode == "RGBA":
        behind = Image.new("RGBA", image.size, (look.background,) * 3 + (255,))
        image = Image.alpha_composite(behind, image).convert("RGB")
    return image


def _turned(image: Any, orientation: int) -> Any:
    """The image as it is seen; `orientation` is that of EXIF."""
    from PIL.Image import Transpose as T

    ways = {
        2: T.FLIP_LEFT_RIGHT, 3: T.ROTATE_180, 4: T.FLIP_TOP_BOTTOM, 5: T.TRANSPOSE,
        6: T.ROTATE_270, 7: T.TRANSVERSE, 8: T.ROTATE_90,
    }  # fmt: skip
    return image.transpose(ways[orientation]) if orientation in ways else image


def _square(image: Any, look: Look) -> Any:
    from PIL import Image, ImageOps

    image = image.convert("RGB" if look.colour else "L")
    size, smooth = (look.side, look.side), Image.Resampling.BOX if max(image.size) <= 64 else Image.Resampling.LANCZOS
    if image.size == size:
        return image
    if look.crop:
        return ImageOps.fit(image, size, smooth)
    return ImageOps.pad(image, size, smooth, color=(look.background,) * 3 if look.colour else look.background)


def squared(image: np.ndarray, look: Look) -> np.ndarray:
    """An image of an array made a square: (h, w, c) uint8 with c of 1, 3 or 4, to (channels, side, side)."""
    from PIL import Image

    made = Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image)
    small = _shrunk(made, look, made.mode == "RGBA", False)
    return _array(_square(small, look))


def _array(image: Any) -> np.ndarray:
    """A grey or coloured image as (channels, height, width)."""
    x = np.asarray(image, np.uint8)
    return x.reshape(*x.shape[:2], -1).transpose(2, 0, 1)
