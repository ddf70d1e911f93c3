"""Where the images of a contact sheet stand."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF

from models.frames import Images

__all__ = ["CAPTION", "ImageLayout", "fit_layout", "part_of"]

CAPTION = 16.0  # px of a line of captions
_GAP = 2.0  # px between images
_BLOCK_GAP = 10.0  # px between blocks, besides the gap between images
_WORTH = 1.15  # more blocks are used where images become larger by this factor
_CLOSE, _CLOSEST = 0.85, 0.97  # a whole factor, which draws sharp pixels, is taken for one that is not much larger
_COARSE = 4  # px of a pixel from which one that is a px wider than the next does not show


@dataclass(frozen=True)
class ImageLayout:
    """Positions and sizes, px. Rows with many columns are broken into blocks, one below the other.

    Attributes:
        count: Number of images.
        columns: Images in a row of the frame.
        across: Images in a row of a block.
        rows: Rows of the frame, and of each block.
        blocks: Number of blocks.
        origin: Top left corner of the first image.
        width, height: Size of an image.
        pitch_x, pitch_y: Distance from one image to the next.
        pitch_block: Distance from one block to the next.
        ratio: Device pixels in a px; sizes and distances are whole device pixels.
    """

    count: int
    columns: int
    across: int
    rows: int
    blocks: int
    origin: QPointF
    width: float
    height: float
    pitch_x: float
    pitch_y: float
    pitch_block: float
    ratio: float

    def cell(self, place: int) -> tuple[int, int]:
        """Row, counted through all blocks, and column of an image in the picture."""
        row, column = divmod(place, self.columns)
        block, column = divmod(column, self.across)
        return block * self.rows + row, column

    def place(self, row: int, column: int) -> int:
        """The image in a row and column of the picture, or -1."""
        block, row = divmod(row, self.rows)
        of_frame = block * self.across + column
        place = row * self.columns + of_frame
        inside = 0 <= block < self.blocks and 0 <= column < self.across and of_frame < self.columns
        return place if inside and place < self.count else -1

    def box(self, place: int) -> QRectF:
        """The rectangle of an image."""
        row, column = self.cell(place)
        block, row = divmod(row, self.rows)
        x = self.origin.x() + column * self.pitch_x
        return QRectF(x, self.origin.y() + block * self.pitch_block + row * self.pitch_y, self.width, self.height)

    def at(self, point: QPointF) -> int:
        """The image at a point, its caption and the gap after it included, or -1."""
        x, y = point.x() - self.origin.x(), point.y() - self.origin.y()
        block, y = divmod(y, self.pitch_block)
        row = math.floor(y / self.pitch_y)
        return self.place(int(block) * self.rows + row, math.floor(x / self.pitch_x)) if row < self.rows else -1

    def places(self, block: int) -> list[int]:
        """The images of a block, row by row; only its last row may be short."""
        cells = [(block * self.rows + row, column) for row in range(self.rows) for column in range(self.across)]
        return [place for place in (self.place(*cell) for cell in cells) if place >= 0]


@functools.lru_cache(maxsize=64)
def fit_layout(
    shape: tuple[int, int, int],
    columns: int,
    room: tuple[float, float],
    *,
    left: float = 0.0,
    captions: bool = False,
    sheet: bool = False,
    labelled: bool = False,
    ratio: float = 1.0,
) -> ImageLayout:
    """The layout with the largest images that fit.

    A fixed number of columns is broken into blocks where the rows have names, or where there is one row.

    Args:
        shape: Number, height and width of the images.
        columns: Images in a row; 0 for any number.
        room: Width and height of the widget, px.
        left: Width of the names of the rows, px.
        captions: Each image has a caption below it.
        sheet: There are no gaps between images.
        labelled: Rows have names.
        ratio: Device pixels in a px.
    """
    n, h, w = shape
    gap = 0 if sheet else max(1, round(_GAP * ratio))
    apart = round(_BLOCK_GAP * ratio) if labelled else 0
    caption = CAPTION if captions else 0.0
    room_x, room_y = (room[0] - left) * ratio, room[1] * ratio
    if columns > 0:
        columns = min(columns, n) if n <= columns else columns
        breaks = not sheet and (labelled or n <= columns)
        wide = [columns] + [across for across in range(columns - 1, 0, -1) if breaks and _is_even(columns, across)]
        options = [(columns, across) for across in wide]
    else:
        options = [(across, across) for across in range(1, n + 1)]
    best, scale = options[0], 0.0
    for option in options:
        rows, blocks = -(-n // option[0]), -(-option[0] // option[1])
        size_x = ((room_x + gap) / option[1] - gap) / w
        size_y = ((room_y + gap - (blocks - 1) * apart) / (rows * blocks) - gap - caption * ratio) / h
        size = min(size_x, size_y)
        worth = _WORTH if columns > 0 else 1.0001  # one block less fills the width
        if option is options[0] or size > scale * worth:
            best, scale = option, size
    columns, across = best
    rows, blocks = -(-n // columns), -(-columns // across)
    whole = int(scale)
    scale = whole if whole >= 2 and whole >= (_CLOSE if whole < _COARSE else _CLOSEST) * scale else scale
    width, height = max(1, int(w * scale)), max(1, int(h * scale))
    pitch_x, pitch_y = (width + gap) / ratio, (height + gap) / ratio + caption
    pitch_block = rows * pitch_y + apart / ratio
    used_x = across * pitch_x - gap / ratio
    used_y = blocks * pitch_block - (apart + gap) / ratio
    x = round((left + (room[0] - left - used_x) / 2) * ratio) / ratio
    y = round(max(0.0, (room[1] - used_y) / 2) * ratio) / ratio
    return ImageLayout(
        n, columns, across, rows, blocks, QPointF(x, y), width / ratio, height / ratio, pitch_x, pitch_y, pitch_block,
        ratio,
    )  # fmt: skip


def _is_even(columns: int, across: int) -> bool:
    """Whether as many blocks need this many columns, and no fewer, in each."""
    blocks = -(-columns // across)
    return -(-columns // blocks) == across


def part_of(frame: Images, places: Sequence[int], columns: int) -> Images:
    """The rows and columns in which some images of a frame are, with their words.

    Args:
        frame: The frame.
        places: Positions of the images.
        columns: Images in a row of the frame.
    """
    rows, across = (sorted({at[k] for at in (divmod(place, columns) for place in places)}) for k in (0, 1))
    kept = [at for row in rows for column in across if (at := row * columns + column) < len(frame.images)]
    return replace(
        frame,
        images=frame.images[kept],
        columns=len(across),
        row_labels=tuple(frame.row_labels[row] for row in rows if row < len(frame.row_labels)),
        captions=tuple(frame.captions[at] if at < len(frame.captions) else "" for at in kept) if frame.captions else (),
        index=None if frame.index is None else frame.index[kept],
        marked=tuple(kept.index(at) for at in frame.marked if at in kept),
    )
