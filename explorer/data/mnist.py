"""MNIST in three forms, and Fashion-MNIST: 28×28 images, downloaded once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from explorer.data.dataset import Dataset, Split
from explorer.data.fetch import Remote, fetch
from explorer.data.readers import read_binary_rows, read_idx
from explorer.data.source import Progress, Source
from models.protocol import Image, param

__all__ = ["FashionMnist", "Mnist", "MnistBinarized", "MnistDynamic"]

_TRAIN, _VALID = 50_000, 10_000
_DRAW_SEED = 28_28
_SHAPES: dict[str, tuple[int, ...]] = {
    "train-images-idx3-ubyte.gz": (60_000, 28, 28),
    "train-labels-idx1-ubyte.gz": (60_000,),
    "t10k-images-idx3-ubyte.gz": (10_000, 28, 28),
    "t10k-labels-idx1-ubyte.gz": (10_000,),
}
_MNIST_HOMES = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/")
_MNIST_SHA256 = (
    "aaea6b05347b8b6ad5b4f46859d80c25d349f29e9666f605ee81de7828633f70",
    "5c67498534333ca04602ccf56eab32d86c822998ee5bc7b553e7cda250737622",
    "2464f9fb40406d7393a5c95688822105de9683b3f12b280adac05f19592ccad9",
    "759a6cad8f34f5b42cfcf12e5e813bacd0da9cfe5a8e3da853c6e72f8c375933",
)
_FASHION_HOMES = (
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
)
# No copy was at hand when this was written, so the arrays' hashes are not known. What is checked instead: at the public
# homes the published sha256 of the packed files, everywhere the shapes and that each class occurs equally often.
_FASHION_PACKED_SHA256 = (
    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
)
_STATIC_HOME = "http://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist/"
_STATIC = {
    "train": (50_000, "067e90df91cf1089f9de5e5deb93497f4ecd6c4f26dcb36fa6272a666bfac7cf"),
    "valid": (10_000, "660820a2efc6084fb7f4191fd44fcdc8a5dbab7b4a752c28d0fd03262afad57c"),
    "test": (10_000, "794674b1182d486024e1377bb72a0501b2ca2cd065d6c86461e3e2d48026000b"),
}


def _mnist_files() -> tuple[Remote, ...]:
    return tuple(
        Remote("MNIST", f"mnist/{name}", tuple(home + name for home in _MNIST_HOMES), read_idx, shape, sha256)
        for (name, shape), sha256 in zip(_SHAPES.items(), _MNIST_SHA256, strict=True)
    )


def _fashion_files() -> tuple[Remote, ...]:
    return tuple(
        Remote(
            "Fashion-MNIST",
            f"fashion-mnist/{name}",
            tuple(home + name for home in _FASHION_HOMES),
            read_idx,
            shape,
            packed_sha256=sha256,
            per_class=shape[0] // 10 if len(shape) == 1 else None,
        )
        for (name, shape), sha256 in zip(_SHAPES.items(), _FASHION_PACKED_SHA256, strict=True)
    )


def _static_files() -> tuple[Remote, ...]:
    return tuple(
        Remote(
            "Binarized MNIST",
            f"binarized_mnist/binarized_mnist_{split}.amat",
            (f"{_STATIC_HOME}binarized_mnist_{split}.amat",),
            read_binary_rows,
            (n, 1, 28, 28),
            sha256,
            unordered=True,
        )
        for split, (n, sha256) in _STATIC.items()
    )


def _splits(files: tuple[Remote, ...], progress: Progress | None, n: int = _TRAIN) -> tuple[Split, Split, Split]:
    """Training, validation and test images of four IDX files; the last training images are the validation images.

    Of the training images the first `n` are taken, and always the same validation and test images.
    """
    x, y, x_test, y_test = (fetch(file, progress) for file in files)
    x, x_test = x[:, None], x_test[:, None]  # (n, 1, 28, 28)
    y, y_test = y.astype(np.int64), y_test.astype(np.int64)
    return Split(x[:n], y[:n]), Split(x[-_VALID:], y[-_VALID:]), Split(x_test, y_test)


@dataclass(frozen=True)
class Mnist(Source):
    """Handwritten digits."""

    name, title = "mnist", "MNIST"
    about = "Handwritten digits, 28×28 grey: 50,000 to train, 10,000 to validate, 10,000 to test."
    kind = Image(1, 28, 28, "grey")
    licence = "free for research; the authors ask to be cited"
    origin = "LeCun, Cortes, Burges, 1998, http://yann.lecun.com/exdb/mnist/"
    classes: ClassVar[tuple[str, ...]] = tuple("0123456789")

    n: int = param(
        _TRAIN,
        "Training images",
        100,
        _TRAIN,
        log=True,
        more=True,
        help="Number of training images, taken from the beginning.",
    )

    def load(self, progress: Progress | None = None) -> Dataset:
        """The dataset, uint8 with scale 1/255."""
        splits = _splits(_mnist_files(), progress, self.n)
        return Dataset(str(self), self.title, self.kind, *splits, classes=self.classes, scale=1 / 255)


@dataclass(frozen=True)
class FashionMnist(Source):
    """Articles of clothing."""

    name, title = "fashion-mnist", "Fashion-MNIST"
    about = "Photographs of clothes, 28×28 grey, in the splits of MNIST but with more texture."
    kind = Image(1, 28, 28, "grey")
    licence = "MIT"
    origin = "Xiao, Rasul, Vollgraf, 2017, arXiv:1708.07747"
    classes: ClassVar[tuple[str, ...]] = (
        "T-shirt",
        "trousers",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "ankle boot",
    )

    def load(self, progress: Progress | None = None) -> Dataset:
        """The dataset, uint8 with scale 1/255."""
        splits = _splits(_fashion_files(), progress)
        return Dataset(str(self), self.title, self.kind, *splits, classes=self.classes, scale=1 / 255)


@dataclass(frozen=True)
class MnistBinarized(Source):
    """MNIST with a fixed binarization."""

    name, title = "mnist-binarized", "MNIST, binarized"
    about = "MNIST binarized once, the version on which log-likelihoods are compared in the literature."
    kind = Image(1, 28, 28, "binary")
    licence = "free for research; the authors ask to be cited"
    origin = "Salakhutdinov, Murray, 2008; Larochelle, Murray, 2011"

    def load(self, progress: Progress | None = None) -> Dataset:
        """The dataset, zeros and ones without labels, rows in the order of the files."""
        train, valid, test = (Split(fetch(file, progress)) for file in _static_files())
        return Dataset(str(self), self.title, self.kind, train, valid, test)


def _drawn(grey: np.ndarray, seed: int) -> np.ndarray:
    """One draw of Bernoulli(grey/255) for each pixel, as 0 and 255."""
    uniform = np.random.default_rng([_DRAW_SEED, seed]).random(grey.shape, dtype=np.float32)
    return np.where(uniform * 255 < grey, np.uint8(255), np.uint8(0))


@dataclass(frozen=True)
class MnistDynamic(Source):
    """MNIST whose pixels are probabilities."""

    name, title = "mnist-dynamic", "MNIST, binarized per batch"
    about = "MNIST with each pixel drawn anew in every training batch; validation and test images are drawn once."
    kind = Image(1, 28, 28, "binary")
    licence = Mnist.licence
    origin = f"{Mnist.origin}; drawn as in Burda, Grosse, Salakhutdinov, 2016, arXiv:1509.00519"
    classes: ClassVar[tuple[str, ...]] = Mnist.classes

    n: int = param(
        _TRAIN,
        "Training images",
        100,
        _TRAIN,
        log=True,
        more=True,
        help="Number of training images, taken from the beginning.",
    )

    def load(self, progress: Progress | None = None) -> Dataset:
        """The dataset, uint8 with scale 1/255: probabilities to train on, 0 and 255 elsewhere."""
        train, *rest = _splits(_mnist_files(), progress, self.n)
        valid, test = (Split(_drawn(split.x, seed), split.y) for seed, split in enumerate(rest))
        return Dataset(
            str(self),
            self.title,
            self.kind,
            train,
            valid,
            test,
            classes=self.classes,
            scale=1 / 255,
            resample=True,
        )
