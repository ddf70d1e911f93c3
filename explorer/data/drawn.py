"""Points of the plane from a file: painted on the canvas of the window, or a file of the user."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from explorer.data.cache import HOME, write_whole
from explorer.data.dataset import Content, Dataset, Split
from explorer.data.errors import DataError
from explorer.data.own_rows import FEWEST, RowsSource, check_rows, split_rows
from explorer.data.plane import log_mixture
from models.protocol import Planar, param

__all__ = ["FEWEST", "Drawn", "drawn_folder", "drawn_names", "save_drawing"]

_SEED = 5150
_VALID, _TEST = 2_000, 10_000
_AXES = ("x", "y")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,39}")


def drawn_folder() -> Path:
    """Folder of the drawings: `drawn` in `DGM_EXPLORER_HOME` if it is set, else in the data folder of the user."""
    home = os.environ.get(HOME)
    if home:
        return Path(home).expanduser() / "drawn"
    import platformdirs

    return Path(platformdirs.user_data_dir("dgm-explorer", appauthor=False)) / "drawn"


def drawn_names() -> list[str]:
    """Names of the saved drawings."""
    return sorted(path.stem for path in drawn_folder().glob("*.csv") if _NAME.fullmatch(path.stem))


def save_drawing(name: str, xy: np.ndarray) -> Path:
    """Saves points, (n, 2), under a name; replaces a drawing of that name.

    Raises:
        DataError: Invalid name or points, or the folder is not writable.
    """
    if not _NAME.fullmatch(name):
        raise DataError(f"{name!r} is not a valid name of a drawing; use up to 40 letters, digits, spaces, - and _")
    check_rows(xy, _AXES, f"drawing {name}", Drawn.most, Drawn.plural)
    path = drawn_folder() / f"{name}.csv"
    text = "x,y\n" + "".join(f"{x!r},{y!r}\n" for x, y in xy.tolist())
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise DataError(f"{path} could not be written ({error.strerror or error})") from None
    return path


def _example() -> np.ndarray:
    """Points of a face, (n, 2): the default before anything was drawn."""
    rng = np.random.default_rng([_SEED, 0])
    turn = rng.random(900) * 2 * np.pi
    smile = -np.pi * (0.2 + 0.6 * rng.random(300))
    round_ = 2.2 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    mouth = 1.2 * np.stack([np.cos(smile), np.sin(smile)], axis=1)
    eyes = np.repeat([[-0.8, 0.8], [0.8, 0.8]], 150, axis=0)
    return np.concatenate([round_, mouth, eyes]) + 0.08 * rng.standard_normal((1500, 2))


@dataclass(frozen=True)
class Drawn(RowsSource):
    """Points of a file, shuffled and split; or, with smoothing, samples of a density around them."""

    name, title = "drawn", "Drawn points"
    about = "Points painted on the window's canvas or read from a file: drawn:file=NAME or drawn:file=points.csv."
    kind = Planar()
    origin = "the user; without a file, an example of this program"
    takes = "a CSV, TSV, NPY or NPZ file, or draw points in the window"
    width, plural, most = 2, "points", 1e6

    file: str = param(
        "", "Drawing", help="Name of a drawing, or path of a CSV, TSV, NPY or NPZ file; empty: an example."
    )
    smooth: float = param(
        0.0, "Smoothing σ", 0.0, 2.0, step=0.01,
        help="Width of Gaussians around the points, whose density is known exactly. 0: the points themselves.",
    )  # fmt: skip
    n: int = param(
        50_000, "Training points", 1_000, 1_000_000, log=True, more=True, help="Drawn from the smoothed density.",
        when=lambda source: source.smooth > 0,
    )  # fmt: skip

    def is_path(self) -> bool:
        """Whether `file` is a path, not the name of a drawing."""
        return self.file.lower().endswith(self.endings) or "/" in self.file or os.sep in self.file

    @property
    def path(self) -> Path | None:
        """The file, or None for the example."""
        return super().path if self.is_path() or not self.file else drawn_folder() / f"{self.file}.csv"

    def points(self) -> np.ndarray:
        """The points, (n, 2) float64.

        Raises:
            DataError: The file cannot be read.
        """
        return self.content().x

    def example(self) -> Content:
        """Points of a face."""
        return Content(_example())

    def dataset(self, content: Content) -> Dataset:
        """The points; with smoothing, points of a density that is known exactly."""
        if self.smooth > 0:
            return self._smoothed(content)
        train, valid, test = split_rows(content.x, np.random.default_rng([_SEED, 1]), _AXES)
        return Dataset(str(self), self.title, self.kind, train, valid, test)

    def _smoothed(self, content: Content) -> Dataset:
        xy = content.x
        weights = np.full(len(xy), -np.log(len(xy)))
        exact = partial(log_mixture, centers=xy, log_weights=weights, std=self.smooth)
        train, valid, test = (self._around(xy, seed, n) for seed, n in enumerate((self.n, _VALID, _TEST)))
        return Dataset(str(self), self.title, self.kind, train, valid, test, log_prob=exact)

    def _around(self, xy: np.ndarray, seed: int, n: int) -> Split:
        rng = np.random.default_rng([_SEED, 2, seed])
        x = xy[rng.integers(len(xy), size=n)] + self.smooth * rng.standard_normal((n, 2))
        return Split(x.astype(np.float32))
