"""Images of the user: a folder or ZIP file of pictures, an IDX file, or an array of an NPY or NPZ file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.data.dataset import Content, Dataset
from explorer.data.errors import DataError, Unreadable
from explorer.data.image_arrays import ImageArray, read_image_array
from explorer.data.members import Collection, collect, grouped
from explorer.data.own_collection import CollectionSource, counted
from explorer.data.pictures import ENDINGS, Look, Picture, read_picture, squared
from explorer.data.source import Progress
from models.protocol import Image, param

__all__ = ["OwnImages"]

MOST_BYTES = 256_000_000
_SEED = 7170
_IDX = ("-ubyte", ".idx", "-ubyte.gz", ".idx.gz")
_ARRAYS = (".npy", ".npz", *_IDX)
_BACKGROUND = {"black": 0, "white": 255}
_LOOKS = {"grey": "grey", "colour": "colour", "binary": "black and white"}
_RANGES = {"auto": "that of their type", "1": "0 to 1", "255": "0 to 255", "signed": "−1 to 1"}


@dataclass(frozen=True)
class OwnImages(CollectionSource):
    """Images of a folder or file, made squares of one size."""

    name, title = "images", "Your own images"
    about = "A folder or ZIP file of pictures, an IDX file, or images in NPY or NPZ: images:file=PATH."
    kind = Image(1, 28, 28, "grey")
    takes = "a folder or ZIP file of PNG, JPEG, BMP or WebP images, an IDX file, or an array of images in NPY or NPZ"
    endings = (".zip", *_ARRAYS)
    plural = "images"

    file: str = param("", "Images", help="Path of a folder, ZIP, IDX, NPY or NPZ; empty: an example.")
    side: int = param(28, "Side", 8, 128, unit="px", help="Height and width that images are made.")
    colour: str = param("grey", "Colours", choices=_LOOKS, help="Black and white: white from half brightness on.")
    fit: str = param(
        "crop", "Shape", choices={"crop": "largest square", "fit": "whole, with a border"},
        help="What becomes of images that are not square.",
    )  # fmt: skip
    background: str = param(
        "black", "Background", choices={name: name for name in _BACKGROUND}, more=True,
        help="Of borders, and behind transparent parts.",
    )  # fmt: skip
    array: str = param("", "Array", more=True, help="Name of the array of images in an NPZ file; empty: the only one.")
    range: str = param(
        "auto", "Range", choices=_RANGES, more=True, help="Values from black to white in NPY and NPZ files."
    )

    def __post_init__(self) -> None:
        """States the shape that the parameters give."""
        super().__post_init__()
        object.__setattr__(self, "kind", Image(3 if self.colour == "colour" else 1, self.side, self.side, self.colour))

    @classmethod
    def claims(cls, path: str) -> bool:
        """Files by their ending, and folders."""
        return path.lower().endswith(cls.endings) or os.path.isdir(path)

    @property
    def look(self) -> Look:
        """What images are made to look like."""
        return Look(self.side, self.colour == "colour", self.fit == "crop", _BACKGROUND[self.background])

    def read(self, path: Path, progress: Progress | None = None) -> Content:
        """Reads a folder, a ZIP file, or an array."""
        if path.is_dir() or path.suffix.lower() == ".zip":
            return self._of_files(path, collect(path, ENDINGS, self.plural), progress)
        return self._of_array(path, read_image_array(path, self.array, self.range), progress)

    def _of_files(self, path: Path, found: Collection, progress: Progress | None) -> Content:
        names, pictures, refused = list[str](), list[Picture](), list[str]()
        self._check_size(len(found.members))
        for number, member in enumerate(found.members):
            if progress is not None:
                progress(str(path), number, len(found.members))
            try:
                pictures.append(read_picture(member.read(), self.look))
                names.append(member.name)
            except Unreadable as error:
                refused.append(f"{member.name}: it {error}")
            except OSError as error:
                refused.append(f"{member.name}: it cannot be read ({error.strerror or error})")
        self.check_count(path, len(names), refused)
        group = grouped(names, self.splits, self.classes, str(path))
        x = self._valued(np.stack([picture.x for picture in pictures]))
        notes = (*_notes(pictures, self), *found.left_out)
        return self.made(x, group, notes, tuple(refused))

    def _of_array(self, path: Path, found: ImageArray, progress: Progress | None) -> Content:
        self._check_size(len(found.x))
        self.check_count(path, len(found.x), [])
        made = np.empty((len(found.x), *self.kind.shape), np.uint8)
        for number, image in enumerate(found.x):
            if progress is not None and number % 1000 == 0:
                progress(str(path), number, len(found.x))
            made[number] = squared(found.bytes(image), self.look)
        height, width, channels = found.x.shape[1:]
        sizes = f"from {width}×{height} px" if (height, width) != (self.side, self.side) else ""
        grey = "made grey; colour=colour keeps colours" if channels > 1 and self.colour == "grey" else ""
        notes = tuple(filter(None, (sizes, grey, *found.notes)))
        return Content(self._valued(made), found.classes, notes, found.labels)

    def _check_size(self, count: int) -> None:
        most = MOST_BYTES // int(np.prod(self.kind.shape))
        if count > most:
            raise DataError(
                f"{self.file} has {count:,} images; at {self.side}×{self.side} px there is room for {most:,}: set side "
                "to less, or take a part of them"
            )

    def _valued(self, x: np.ndarray) -> np.ndarray:
        if (x == x[:1]).all():
            raise DataError(f"all images of {self.file} are the same; choose others")
        return (x >= 128).astype(np.uint8) if self.colour == "binary" else x

    def example(self) -> Content:
        """Discs of several sizes and places."""
        rng = np.random.default_rng(_SEED)
        at = (np.arange(self.side) + 0.5) / self.side
        x0, y0, radius, shade = (
            rng.uniform(low, high, (400, 1, 1)) for low, high in ((0.3, 0.7), (0.3, 0.7), (0.1, 0.3), (0.55, 1))
        )
        inside = radius - np.hypot(at - x0, at[:, None] - y0)
        grey = np.round(255 * shade * np.clip(0.5 + self.side * inside, 0, 1)).astype(np.uint8)
        x = np.repeat(grey[:, None], self.kind.shape[0], axis=1)
        return Content((x >= 128).astype(np.uint8) if self.colour == "binary" else x)

    def dataset(self, content: Content) -> Dataset:
        """The images, bytes with scale 1/255; black and white ones zeros and ones."""
        if content.x.shape[1:] != self.kind.shape:
            raise DataError(f"{self.file} is kept as images of shape {content.x.shape[1:]}, not {self.kind.shape}")
        train, valid, test = self.split(content, _SEED)
        scale = 1.0 if self.colour == "binary" else 1 / 255
        classes = content.names
        return Dataset(str(self), self.title, self.kind, train, valid, test, classes=classes, scale=scale)


def _notes(pictures: list[Picture], source: OwnImages) -> list[str]:
    """What was changed of the pictures."""
    areas = sorted({picture.size for picture in pictures}, key=lambda size: size[0] * size[1])
    notes = []
    if areas != [(source.side, source.side)]:
        least, most = ("×".join(map(str, areas[place])) for place in (0, -1))
        notes.append(f"from {least} px" if least == most else f"from {least} to {most} px")
    if any(width != height for width, height in areas):
        notes.append("cropped to squares" if source.fit == "crop" else f"with {source.background} borders")
    coloured, clear, deep, moving = (
        sum(map(bool, values))
        for values in zip(*((p.colour, p.transparent, p.deep, p.frames > 1) for p in pictures), strict=True)
    )
    if coloured and source.colour != "colour":
        notes.append(f"{counted(coloured, 'coloured image')} made {source.colour} (colour=colour keeps colours)")
    if clear:
        notes.append(f"{counted(clear, 'image')} with transparency before {source.background}")
    if deep:
        notes.append(f"{counted(deep, 'image')} of 16 bits, of which 8 are kept")
    if moving:
        notes.append(f"the first picture of {counted(moving, 'animated image')}")
    return notes
