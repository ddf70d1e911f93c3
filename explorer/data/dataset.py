"""A loaded dataset: three splits, their description, and exact quantities."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.protocol import Factor, Kind, Waveform

__all__ = ["Content", "Dataset", "Split", "sha256"]

_CHUNK = 4096


def sha256(arrays: Iterable[np.ndarray]) -> str:
    """Hash of arrays: dtype, shape and bytes of each, independent of the file format they came in."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype.str} {array.shape} ".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


@dataclass(frozen=True, eq=False)
class Split:
    """One split of a dataset. The arrays are read-only, because opened datasets are shared.

    Attributes:
        x: Data, (n, *shape); float32 in data units, uint8 to be multiplied by the dataset's `scale`, or integers that
            are symbols.
        y: Class of each datum, (n,) int64, or None.
        factors: Factors of variation of each datum, (n, k) float64, or None.
        part_of: Split from which the data were taken, "train", "valid" or "test", where it differs from the split they
            represent: a bundled model has test data only. Else "".
        lengths: Number of entries of each padded sequence (`pad_sequences`), (n,) int64; None where all sequences are
            complete. Batches get it as their mask.
    """

    x: np.ndarray
    y: np.ndarray | None = None
    factors: np.ndarray | None = None
    part_of: str = ""
    lengths: np.ndarray | None = None

    def __post_init__(self) -> None:
        """Makes the arrays read-only.

        Raises:
            ValueError: There are lengths of data that are no sequences, or that are longer than those.
        """
        if self.lengths is not None and (self.x.ndim != 2 or self.lengths.max(initial=0) > self.x.shape[1]):
            raise ValueError(f"data of shape {self.x.shape} are no sequences of these lengths")
        for array in self.arrays:
            array.flags.writeable = False

    def __len__(self) -> int:
        """Number of data."""
        return len(self.x)

    @property
    def arrays(self) -> tuple[np.ndarray, ...]:
        """The arrays that are not None."""
        return tuple(array for array in (self.x, self.y, self.factors, self.lengths) if array is not None)


@dataclass(frozen=True, eq=False)
class Content:
    """What a file or folder of the user holds, as it was read. The arrays are read-only.

    Attributes:
        x: Numbers: rows (n, d) or a sound (n,), float64; images (n, c, h, w), uint8; sounds (n, length), int16.
        names: Names of the columns of rows, of the classes of images and sounds; or empty.
        notes: What is to be known of the reading: what was changed, and how many were left out.
        labels: Class of each datum, (n,) int64, or None.
        parts: Split of each datum, 0 to train, 1 to validate, 2 to test, (n,) int64; None where it is drawn.
        lengths: Length of each sound, (n,) int64, or None.
        left_out: Each file that was left out, and why.
    """

    x: np.ndarray
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    labels: np.ndarray | None = None
    parts: np.ndarray | None = None
    lengths: np.ndarray | None = None
    left_out: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Makes the arrays read-only."""
        for array in self.arrays.values():
            array.flags.writeable = False

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays that there are, by name."""
        found = {"x": self.x, "labels": self.labels, "parts": self.parts, "lengths": self.lengths}
        return {name: array for name, array in found.items() if array is not None}

    @property
    def nbytes(self) -> int:
        """Size of the arrays."""
        return sum(array.nbytes for array in self.arrays.values())

    def __str__(self) -> str:
        """How much it is, its columns, and the notes: "150 rows of 2 columns (x, y); decimal commas"."""
        return "; ".join((self._amount(), *self.notes))

    def _amount(self) -> str:
        classes = f" of {len(self.names)} classes" if self.names and self.labels is not None else ""
        if self.x.ndim == 1:
            return f"{len(self.x):,} samples of sound"
        if self.x.ndim == 4:
            return f"{len(self.x):,} images{classes}"
        if self.lengths is not None:
            return f"{len(self.x):,} sounds{classes}"
        named = f" ({', '.join(self.names)})" if self.names else ""
        return f"{len(self.x):,} rows of {self.x.shape[1]} columns{named}"


@dataclass(frozen=True, eq=False)
class Dataset:
    """A loaded dataset.

    Attributes:
        name: Canonical text form, as on the command line: "ring8:std=0.05".
        title: Title in menus.
        kind: Type and shape of one datum.
        train, valid, test: The splits.
        classes: Names of the classes, or empty.
        columns: Names of the columns of a table, or empty.
        scale: Factor from stored values to data units.
        resample: Training data are probabilities: each training batch draws x ~ Bernoulli(x · scale) afresh.
            Validation and test data were drawn once and are binary already, 0 or 1/scale.
        factors: Description of the columns of `Split.factors`.
        log_prob: Exact log density, (n, *shape) float64 to (n,) nats, or None.
        log_marginal: Exact log density of one column of a table: its number and (n,) float64 to (n,) nats; or None.
        entropy_of: Computes the exact entropy in nats, or None; `entropy` caches it.
        centers: Centres of a Gaussian mixture, (k, 2), or None.
        std: Standard deviation of each of its components, or None.
        content: The file of the user from which the data were made, or None where a name gives them again.
    """

    name: str
    title: str
    kind: Kind
    train: Split
    valid: Split
    test: Split
    classes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    scale: float = 1.0
    resample: bool = False
    factors: tuple[Factor, ...] = ()
    log_prob: Callable[[np.ndarray], np.ndarray] | None = None
    log_marginal: Callable[[int, np.ndarray], np.ndarray] | None = None
    entropy_of: Callable[[], float] | None = None
    centers: np.ndarray | None = None
    std: float | None = None
    content: Content | None = None

    def __post_init__(self) -> None:
        """Makes the centres read-only."""
        if self.centers is not None:
            self.centers.flags.writeable = False

    @cached_property
    def entropy(self) -> float | None:
        """Exact differential entropy in nats, or None. Computed on first access, which can take a second."""
        return None if self.entropy_of is None else self.entropy_of()

    @cached_property
    def digest(self) -> str:
        """Hash of all arrays of all splits: equal for equal data."""
        return sha256(array for split in (self.train, self.valid, self.test) for array in split.arrays)

    def moments(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Mean and standard deviation of the training data in data units, per channel or dimension.

        Where training data are resampled, these are the moments of the probabilities. Sound has one mean and deviation
        of all samples that are not padding. Symbols have no moments: theirs are (0,) and (1,).
        """
        return self._moments

    @cached_property
    def _moments(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        if not self.kind.dtype.is_floating_point:
            return (0.0,), (1.0,)
        if isinstance(self.kind, Waveform):
            return self._moments_of_sound()
        x = self.train.x
        count = x.size / x.shape[1]
        axes = (0, *range(2, x.ndim))
        parts = [x[start : start + _CHUNK] for start in range(0, len(x), _CHUNK)]
        mean = sum(part.sum(axis=axes, dtype=np.float64) for part in parts) / count
        shape = (1, -1, *(1,) * (x.ndim - 2))
        square = sum(((part - mean.reshape(shape)) ** 2).sum(axis=axes) for part in parts) / count
        return tuple((mean * self.scale).tolist()), tuple((np.sqrt(square) * self.scale).tolist())

    def _moments_of_sound(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        x, lengths = self.train.x, self.train.lengths
        heard = x.ravel() if lengths is None else x[np.arange(x.shape[1]) < lengths[:, None]]
        mean, std = heard.mean(dtype=np.float64), heard.std(dtype=np.float64)
        return (float(mean) * self.scale,), (float(std) * self.scale,)
