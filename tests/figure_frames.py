"""Frames of every kind, for the tests of figures."""

from __future__ import annotations

import numpy as np

from models.frames import (
    Audio,
    Bars,
    Curves,
    Density,
    Discs,
    Drawing,
    Ellipses,
    Field,
    Film,
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

IDENTITY = {"run": "2026-01-02 αβ", "page": "vae", "step": 420, "seed": 7, "set": {"beta": 4.0}}


def frames() -> dict[str, Frame]:
    r = np.random.default_rng(0)
    label = r.integers(0, 3, 60)
    xy = (r.normal(0, 0.3, (60, 2)) + 2 * label[:, None]).astype(np.float32)
    points = Points(xy, label, ("zero", "one", "$two$"), np.arange(60) + 5)
    mesh = np.stack(np.meshgrid(np.arange(4.0), np.arange(3.0)), -1)
    lines = Lines(r.normal(size=(9, 2)), np.array([0, 4]), dashed=True, name="path")
    ring = Ellipses(np.zeros((1, 2)), np.array([[2.0, 1.0]]), np.array([0.3]), ("1σ",), name="prior")
    density = Density(r.random((5, 7)), (-1.0, 5.0, -1.0, 5.0), "real-fake", 0.0, 1.0, name="D")
    contour = Density(r.random((5, 7)), (-1.0, 5.0, -1.0, 5.0), "data", contours=(0.2, 0.5, 9.0), name="exact")
    field = Field(xy[:8], r.normal(size=(8, 2)), name="force")
    x = np.arange(300)
    noisy = Series("elbo", "ELBO", x, r.normal(size=300) - 5, "total", "", "nats", smooth=True)
    kl = Series("kl", "KL", x[:50], np.arange(50.0), "prior", "kl", "nats", np.zeros(50), np.arange(50.0) + 1)
    exact = Series("exact", "exact KL", x, np.full(300, 3.25), "prior", "kl", "nats", dashed=True)
    way = np.cumsum(r.normal(0, 0.3, (12, 20, 2)), axis=1)
    ring_xy = np.stack([np.cos(np.arange(7) * np.pi / 3), np.sin(np.arange(7) * np.pi / 3)], axis=1)
    shades = r.integers(0, 256, (20, 1, 1, 6, 5)).astype(np.float32) / np.float32(255)
    return {
        "points": Plane(layers=(points,), subtitle="two by $two$", x_label="z₁", y_label="z₂"),
        "plane": Plane(layers=(density, contour, points, field, Grid(mesh, name="mesh"), lines, ring), note="A note."),
        "curves": Curves(series=(noisy, kl, exact), marker=100.0, y_label="nats", note="Not yet.", warning=True),
        "images": Images(images=r.random((6, 1, 5, 4)).astype(np.float32), captions=("a", "b"), index=np.arange(6) + 9),
        "colour": Images(images=r.random((4, 3, 5, 4)), columns=2, row_labels=("data", "model"), sheet=True),
        "bars": Bars(
            labels=("a", "b"),
            values=np.array([1.5, -2.0]),
            errors=np.array([0.1, 0.0]),
            roles=("data", "model"),
            reference=np.array([1.0, np.nan]),
            unit="nats",
        ),
        "matrix": Matrix(values=r.normal(size=(2, 3)), row_labels=("r0", "r1"), column_labels=("p", "q", "s")),
        "audio": Audio(samples=np.sin(np.arange(800) * 0.3).astype(np.float32), rate=8000),
        "paths": Plane(layers=(Paths(way, name="walks"), Paths(way + 2, way[..., 0], "prior", "drift", 2.0))),
        "text": Text(("CC(=O)Oc1ccccc1", "", "$x$ + y"), ((0, 2, 6, "model"), (2, 0, 3, "data")), note="A note."),
        "drawing": Drawing(
            (Stroke(ring_xy), Stroke(0.8 * ring_xy, "model", dashed=True), Stroke(0.3 * ring_xy, "data", 0.0, True)),
            (Label(1.0, 0.0, "N", "prior", 0.3), Label(0.0, 0.0, "$a$")),
        ),
        "discs": Discs(
            ("N", "$SW$", "SE"),
            np.array([[0.0, 2.0], [-2.0, -1.0], [2.0, -1.0]]),
            np.array([90.0, 4.0, 0.0]),
            np.full(3, 100 / 3),
            np.array([30.0, 0.0, 0.0]),
            headline="1/3",
            caption="held",
        ),
        "lattice": Discs(
            tuple("123456789"),
            np.stack(np.meshgrid(np.arange(3.0), np.arange(3.0)), -1).reshape(-1, 2),
            np.linspace(0, 22, 9),
            np.full(9, 100 / 9),
            headline="not free",
        ),
        "named": Curves((Series("mode", "mode", x[:4], np.array([0.0, 2.0, 2.0, 1.0])),), y_names=("all", "E", "N")),
        "film": Film(tuple(map(Images, shades)), np.linspace(0, 1, 20), "diffusion time t", note="A film."),
        "film of planes": Film(
            tuple(Plane((Points(xy * k, label), density), x_label="x") for k in (1, 2, 3)), np.array([1, 2, 4]), "layer"
        ),
    }
