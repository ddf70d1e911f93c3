"""Points of the plane from a file: painted on the canvas of the window, or the user's own CSV or NPY."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from explorer.data.cache import HOME, write_whole
from explorer.data.dataset import Dataset, Split
from explorer.data.errors import DataError
from explorer.data.plane import log_mixture
from explorer.data.source import Progress, Source
from models.protocol import Planar, param

__all__ = ["FEWEST", "Drawn", "drawn_folder", "drawn_names", "example", "read_points", "save_drawing"]

FEWEST = 60  # points; each held-out split gets a tenth of them
MOST = 1_000_000
_SEED = 5150
_VALID, _TEST = 2_000, 10_000
_FILES = (".csv", ".txt", ".npy")
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
    _check(xy, f"drawing {name}")
    path = drawn_folder() / f"{name}.csv"
    text = "x,y\n" + "".join(f"{x!r},{y!r}\n" for x, y in xy.tolist())
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise DataError(f"{path} could not be written ({error.strerror or error})") from None
    return path


def read_points(path: Path) -> np.ndarray:
    """Points of a file, (n, 2) float64: CSV with x and y in its first two columns, or an NPY array.

    Raises:
        DataError: The file cannot be read, or its content is invalid; the message says where.
    """
    try:
        xy = _from_npy(path) if path.suffix.lower() == ".npy" else _from_text(path)
    except FileNotFoundError:
        raise DataError(
            f"file {path} does not exist; draw points in the window, or give the path of a CSV or NPY file"
        ) from None
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror or error})") from None
    _check(xy, str(path))
    return xy


def _from_npy(path: Path) -> np.ndarray:
    try:
        loaded = np.load(path, allow_pickle=False)
    except (ValueError, EOFError):
        raise DataError(f"{path} is not an NPY array of numbers; write one of shape (n, 2) with numpy.save") from None
    if not isinstance(loaded, np.ndarray):
        raise DataError(f"{path} is an NPZ of several arrays; save the points as an NPY of shape (n, 2)")
    if loaded.ndim != 2 or loaded.shape[1] != 2 or loaded.dtype.kind not in "fiu":
        kind, shape = loaded.dtype, loaded.shape
        raise DataError(f"{path} holds {kind} of shape {shape}; points are real numbers of shape (n, 2)")
    return loaded.astype(np.float64)


def _from_text(path: Path) -> np.ndarray:
    rows: list[tuple[float, float]] = []
    try:
        with open(path, encoding="utf-8-sig") as file:
            for number, line in enumerate(file, start=1):
                if ";" in line:  # spreadsheets separate cells by ; where the decimal separator is a comma
                    line = line.replace(",", ".")
                cells = [cell for cell in re.split(r"[,;\s\"]+", line.strip()) if cell]
                if not cells or cells[0].startswith("#"):
                    continue
                try:
                    x, y = map(float, cells[:2])
                except ValueError:
                    if number == 1 and len(cells) > 1:  # header
                        continue
                    wanted = "two columns of numbers, x and y"
                    raise DataError(f"line {number} of {path} is {line.strip()[:40]!r}; it needs {wanted}") from None
                rows.append((x, y))
    except UnicodeDecodeError:
        raise DataError(
            f"{path} is not a text file; points are read from CSV with columns x and y, or from NPY"
        ) from None
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


def _check(xy: np.ndarray, what: str) -> None:
    if len(xy) < FEWEST:
        raise DataError(f"{what} has {len(xy)} points; at least {FEWEST} are needed")
    if len(xy) > MOST:
        raise DataError(f"{what} has {len(xy):,} points; at most {MOST:,} are read")
    bad = np.flatnonzero(~np.isfinite(xy).all(axis=1))
    if len(bad):
        raise DataError(f"point {bad[0] + 1} of {what} is not finite; remove it")
    if np.abs(xy).max() > 1e6:
        raise DataError(f"{what} has coordinates beyond a million; scale them down")
    for axis, name in enumerate("xy"):
        if xy[:, axis].std() < 1e-9:
            raise DataError(f"all points of {what} have the same {name}; spread them in both directions")


def example() -> np.ndarray:
    """Points of a face, (n, 2): the default before anything was drawn."""
    rng = np.random.default_rng([_SEED, 0])
    turn = rng.random(900) * 2 * np.pi
    smile = -np.pi * (0.2 + 0.6 * rng.random(300))
    round_ = 2.2 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    mouth = 1.2 * np.stack([np.cos(smile), np.sin(smile)], axis=1)
    eyes = np.repeat([[-0.8, 0.8], [0.8, 0.8]], 150, axis=0)
    return np.concatenate([round_, mouth, eyes]) + 0.08 * rng.standard_normal((1500, 2))


@dataclass(frozen=True)
class Drawn(Source):
    """Points of a file, shuffled and split; or, with smoothing, samples of a density around them."""

    name, title = "drawn", "Drawn points"
    about = "Points painted on the window's canvas or read from a file: drawn:file=NAME or drawn:file=points.csv."
    kind = Planar()
    origin = "the user; without a file, an example of this program"

    file: str = param("", "Drawing", help="Name of a drawing, or path of a CSV (x, y) or NPY file; empty: an example.")
    smooth: float = param(
        0.0, "Smoothing σ", 0.0, 2.0, step=0.01,
        help="Width of Gaussians around the points, whose density is known exactly. 0: the points themselves.",
    )  # fmt: skip
    n: int = param(
        50_000, "Training points", 1_000, 1_000_000, log=True, more=True, help="Drawn from the smoothed density.",
        when=lambda source: source.smooth > 0,
    )  # fmt: skip

    @property
    def path(self) -> Path | None:
        """The file, or None for the example."""
        if not self.file:
            return None
        if self.file.lower().endswith(_FILES) or "/" in self.file or os.sep in self.file:
            return Path(self.file).expanduser()
        return drawn_folder() / f"{self.file}.csv"

    def version(self) -> str:
        """Modification time and size of the file, which distinguish its contents; "" for the example."""
        try:
            status = self.path.stat() if self.path is not None else None
        except OSError:
            return "missing"
        return "" if status is None else f"{status.st_mtime_ns} {status.st_size}"

    def points(self) -> np.ndarray:
        """The points, (n, 2) float64.

        Raises:
            DataError: The file cannot be read.
        """
        return example() if self.path is None else read_points(self.path)

    def load(self, progress: Progress | None = None) -> Dataset:
        """Loads the dataset; with smoothing, its density is exact."""
        xy = self.points()
        if self.smooth > 0:
            weights = np.full(len(xy), -np.log(len(xy)))
            exact = partial(log_mixture, centers=xy, log_weights=weights, std=self.smooth)
            train, valid, test = (self._smoothed(xy, seed, n) for seed, n in enumerate((self.n, _VALID, _TEST)))
            return Dataset(str(self), self.title, self.kind, train, valid, test, log_prob=exact)
        shuffled = np.random.default_rng([_SEED, 1]).permutation(xy).astype(np.float32)
        held = len(xy) // 10
        cuts = [len(xy) - 2 * held, len(xy) - held]
        train, valid, test = (Split(part.copy()) for part in np.split(shuffled, cuts))
        return Dataset(str(self), self.title, self.kind, train, valid, test)

    def _smoothed(self, xy: np.ndarray, seed: int, n: int) -> Split:
        rng = np.random.default_rng([_SEED, 2, seed])
        x = xy[rng.integers(len(xy), size=n)] + self.smooth * rng.standard_normal((n, 2))
        return Split(x.astype(np.float32))
