"""Processor time of showing one frame of each kind, and of one move of the pointer, in a widget without a screen.

python benchmarks/painting.py [--only NAME …] [--frames N] [--json]
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import torch  # noqa: F401, I001 - before Qt, as in the application

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from explorer.ui.frames import WIDGETS, FrameView, PlaneView
from explorer.ui.theme import Theme
from models.frames import (
    Audio,
    Bars,
    Curves,
    Density,
    Drawing,
    Ellipses,
    Field,
    Frame,
    Grid,
    Images,
    Label,
    Lines,
    Matrix,
    Paths,
    Plane,
    Points,
    Series,
    Stroke,
    Text,
)

_VARIANTS = 10  # different frames shown in turn
_ROUNDS = 7  # the least of so many means is reported: what else the machine does only adds
RNG = np.random.default_rng(0)


def latent_map() -> Callable[[int], Frame]:
    """1,700 points in ten classes that wander, over three circles that stay."""
    label = RNG.integers(10, size=1700)
    centers = RNG.normal(size=(10, 2)) * 1.5
    circles = Ellipses(np.zeros((3, 2)), np.array([[1.0, 1], [2, 2], [3, 3]]), np.zeros(3), ("1σ", "2σ", "3σ"), "prior")
    classes = tuple("0123456789")
    clouds = [centers[label] + RNG.normal(size=(1700, 2)) * 0.35 for _ in range(_VARIANTS)]
    return lambda k: Plane(
        (circles, Points(clouds[k], label, classes, index=np.arange(1700))), "z₁", "z₂", (-5, 5, -5, 5), (0, 1)
    )


def game() -> Callable[[int], Frame]:
    """A heat map, a field and trails that all change, and data that stay."""
    angle = RNG.integers(8, size=500) * np.pi / 4
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1) * 2
    data = Points(ring + RNG.normal(size=(500, 2)) * 0.05, role="data", name="data")
    g = np.linspace(-3, 3, 60)
    x, y = np.meshgrid(g, g)
    at = np.stack(np.meshgrid(np.linspace(-3, 3, 20), np.linspace(-3, 3, 20)), axis=-1).reshape(-1, 2)

    def make(k: int) -> Frame:
        heat = Density(1 / (1 + np.exp(x * np.cos(k) + y * np.sin(k))), (-3, 3, -3, 3), "real-fake")
        fake = Points(
            ring * (1 + k / 30) + RNG.normal(size=(500, 2)) * 0.2, role="model", trail="noise", name="samples"
        )
        return Plane((heat, data, Field(at, np.roll(at, k, axis=0), "rival"), fake), extent=(-3, 3, -3, 3))

    frames = [make(k) for k in range(_VARIANTS)]
    return lambda k: frames[k]


def other_layers() -> Callable[[int], Frame]:
    """Contours, a bent grid, lines and paths, all changing."""
    g = np.linspace(-2, 2, 80)
    x, y = np.meshgrid(g, g)
    lattice = np.stack(np.meshgrid(np.linspace(-2, 2, 21), np.linspace(-2, 2, 21)), axis=-1)
    walks = np.cumsum(RNG.normal(size=(60, 40, 2)) * 0.1, axis=1)

    def make(k: int) -> Frame:
        levels = Density(np.exp(-(x**2) - y**2 + 0.02 * k), (-2, 2, -2, 2), "prior", contours=(0.2, 0.5, 0.8))
        bent = Grid(lattice + 0.1 * np.sin(lattice[..., ::-1] * 3 + k), "data")
        line = Lines(np.stack([g, np.sin(g + k)], axis=1), np.zeros(1, int), "model")
        return Plane((levels, bent, line, Paths(walks + 0.01 * k)), extent=(-2, 2, -2, 2))

    frames = [make(k) for k in range(_VARIANTS)]
    return lambda k: frames[k]


def training_curves() -> Callable[[int], Frame]:
    """Four smoothed metrics in two panes that grow from 19,000 to 20,000 steps."""
    steps = np.arange(20_000.0)
    noisy = [(1 + k) * np.exp(-steps / 4000) + 0.1 * RNG.normal(size=len(steps)) + k for k in range(4)]
    roles = ("data", "model", "prior", "total")

    def make(k: int) -> Frame:
        end = 19_000 + 100 * k
        return Curves(
            tuple(
                Series(f"m{i}", f"Metric {i}", steps[:end], y[:end], roles[i], "KL" if i > 1 else "", smooth=True)
                for i, y in enumerate(noisy)
            )
        )

    frames = [make(k) for k in range(_VARIANTS)]
    return lambda k: frames[k]


def plain_curves() -> Callable[[int], Frame]:
    """Three curves of 370 points, one of them with a band."""
    x = np.linspace(0, 1, 370)

    def make(k: int) -> Frame:
        y = [np.sin(6 * x + i + k / 10) + 0.03 * RNG.normal(size=len(x)) for i in range(3)]
        return Curves(
            (
                Series("a", "A", x, y[0], "data", low=y[0] - 0.2, high=y[0] + 0.2),
                Series("b", "B", x, y[1], "model"),
                Series("c", "C", x, y[2], "prior", dashed=True),
            ),
            x_label="t",
        )

    frames = [make(k) for k in range(_VARIANTS)]
    return lambda k: frames[k]


def of_kind(make: Callable[[np.random.Generator], Frame]) -> Callable[[], Callable[[int], Frame]]:
    """Frames of one kind from random numbers."""

    def begin() -> Callable[[int], Frame]:
        frames = [make(np.random.default_rng(k)) for k in range(_VARIANTS)]
        return lambda k: frames[k]

    begin.__doc__ = "Random content."
    return begin


CASES: dict[str, tuple[Callable[[], Callable[[int], Frame]], tuple[int, int]]] = {
    "plane, latent map": (latent_map, (428, 400)),
    "plane, game": (game, (428, 400)),
    "plane, other layers": (other_layers, (428, 400)),
    "curves of training": (training_curves, (428, 220)),
    "curves, plain": (plain_curves, (428, 220)),
    "images": (of_kind(lambda rng: Images(rng.random((64, 1, 28, 28)))), (352, 352)),
    "manifold": (of_kind(lambda rng: Images(rng.random((400, 1, 8, 8)), columns=20)), (352, 352)),
    "bars, rows": (of_kind(lambda rng: Bars(tuple("abcdefgh"), rng.random(8))), (352, 200)),
    "bars, columns": (of_kind(lambda rng: Bars(tuple(map(str, range(40))), rng.random(40))), (352, 200)),
    "matrix": (of_kind(lambda rng: Matrix(rng.random((10, 10)), tuple("0123456789"), tuple("0123456789"))), (352, 300)),
    "audio": (of_kind(lambda rng: Audio(rng.normal(size=8000), 8000)), (352, 200)),
    "text": (of_kind(lambda rng: Text(tuple("".join(rng.choice(list("CNO()=1"), 30)) for _ in range(8)))), (352, 200)),
    "drawing": (
        of_kind(
            lambda rng: Drawing(
                tuple(Stroke(rng.random((2, 2)), "data", 2.0) for _ in range(20)), (Label(0.5, 0.5, "OH", "prior"),)
            )
        ),
        (352, 200),
    ),
}
WAY = [QPoint(140 + 8 * (k % 20), 60 + 5 * (k % 13)) for k in range(_VARIANTS * 4)]


def milliseconds(act: Callable[[int], None], number: int) -> float:
    """Processor time of one act with the events that follow, the least of several rounds."""
    app = QApplication.instance()
    assert app is not None
    means = []
    for _ in range(_ROUNDS):
        began = time.process_time()
        for k in range(number):
            act(k)
            app.processEvents()
        means.append((time.process_time() - began) / number * 1e3)
    return min(means)


def costs(theme: Theme, name: str, number: int) -> dict[str, float | int]:
    """Cost of a frame, of a move of the pointer and, where it has one, of a move of the cross-hair; all in ms."""
    begin, size = CASES[name]
    frame_of = begin()
    widget: FrameView = WIDGETS[type(frame_of(0))](theme)
    widget.resize(*size)
    widget.show()
    app = QApplication.instance()
    assert app is not None
    for k in range(_VARIANTS):
        widget.show_frame(frame_of(k))
        app.processEvents()
    before = widget.painted
    result: dict[str, float | int] = {
        "frame_ms": milliseconds(lambda k: widget.show_frame(frame_of(k % _VARIANTS)), number)
    }
    result["painted"] = round((widget.painted - before) / (number * _ROUNDS), 2)
    result["pointer_ms"] = milliseconds(lambda k: QTest.mouseMove(widget, WAY[k % len(WAY)]), number)
    if isinstance(widget, PlaneView):
        display: PlaneView = widget
        display.set_cross(0.0, 0.0)
        QTest.mousePress(display, Qt.MouseButton.LeftButton, pos=WAY[0])
        result["cross_ms"] = milliseconds(lambda k: display.set_cross(-1 + 0.1 * (k % 20), 0.05 * (k % 13)), number)
        QTest.mouseRelease(display, Qt.MouseButton.LeftButton, pos=WAY[0])
    widget.close()
    return {key: round(value, 3) for key, value in result.items()}


def table(results: dict[str, dict[str, float | int]]) -> str:
    """The results as lines of text."""
    heads = ("frame_ms", "pointer_ms", "cross_ms", "painted")
    rows: list[Sequence[str]] = [("", *heads)]
    rows += [(name, *(str(result.get(head, "")) for head in heads)) for name, result in results.items()]
    return "\n".join(f"{row[0]:24s}" + "".join(f"{cell:>12s}" for cell in row[1:]) for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=CASES, default=list(CASES), help="these alone")
    parser.add_argument("--frames", type=int, default=60, help="frames in each of seven rounds")
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    arguments = parser.parse_args()
    theme = Theme(QApplication([]), "dark")
    results = {name: costs(theme, name, arguments.frames) for name in arguments.only}
    print(json.dumps(results) if arguments.json else table(results))


if __name__ == "__main__":
    main()
