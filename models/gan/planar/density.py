"""The model's density by push-forward beside the data's, and the optimal discriminator that follows from both."""

from __future__ import annotations

import math
from abc import ABC
from collections.abc import Iterator

import numpy as np
import torch

from models.exact.push_forward import Raster, push_masses
from models.frames import Density, Layer, Lines, Plane, Points
from models.gan.planar.comparison import Comparison, value_of
from models.gan.planar.units import PlanarGame, array, square_of
from models.protocol import Data, Noise, param, view

__all__ = ["MESH", "WAIT", "DensityViews"]

MESH = 192  # cells a side of the finer mesh of z; the coarser has half as many
_BAND = 16  # rows of the mesh pushed at once
_SIDE = 224  # cells a side of the raster on which densities are compared
_TINY = 1e-300
_RATIO = 6.0
WAIT = "the density of the data is being computed"
_NO_DENSITY = "no density: D* is 0 on the curve, 1 off it"
_SHOWN = {"optimal": "Optimal D*", "learned": "Learned D", "ratio": "True ratio p/q"}
_SCALES = {"log": "Logarithmic", "linear": "Linear"}
_DECADES = 4.0


class DensityViews(PlanarGame, ABC):
    """What can be seen where the densities of data and model are known."""

    def _raster(self, data: Data) -> Raster:
        return Raster(square_of(data.valid.x, margin=0.15), _SIDE, _SIDE)

    def _data_masses(self, data: Data, raster: Raster) -> Iterator[None]:
        """Puts the mass of the data in each cell into `known`, part by part."""
        assert data.log_prob is not None
        if raster in self.known:
            return
        parts = []
        for rows in np.array_split(raster.middles(), 16):
            log_p = data.log_prob(torch.from_numpy(rows.reshape(-1, 2)).to(self.center))
            mass = np.exp(array(log_p).astype(float)).reshape(rows.shape[:2]) * raster.cell
            parts.append(np.maximum(mass, _TINY))  # tails of a Gaussian are never 0: off the model's image D* is 1
            yield
        self.known[raster] = np.concatenate(parts)

    def _pushed(self, raster: Raster) -> Iterator[tuple[np.ndarray, int]]:
        """Mass of the model in each cell, and the cells a side of the mesh: of the coarser until the finer is done."""
        *_, coarse = self._push(MESH // 2, raster)
        yield coarse, MESH // 2
        fine = coarse
        for part in self._push(MESH, raster):
            fine = part
            yield coarse, MESH // 2
        yield fine, MESH

    def _push(self, n: int, raster: Raster) -> Iterator[np.ndarray]:
        """The mass that more and more of the mesh gives to each cell."""
        mesh = self.mesh(n)
        total = np.zeros((raster.rows, raster.columns))
        for start in range(0, n, _BAND):
            z = mesh.z[start : start + _BAND + 1]
            image = self.decode(z.reshape(-1, 2)).reshape(z.shape)
            total = total + push_masses(image, mesh.mass[start : start + _BAND], raster)
            yield total

    def compared(self, data: Data, *, blur: float = 0.0) -> Iterator[tuple[Comparison, int] | None]:
        """Data and model on the same cells, by the coarser mesh until the finer is done.

        Args:
            data: Whose density is known.
            blur: Standard deviation of Gaussian noise on both, in data units.

        Yields:
            The masses and the cells a side of the mesh of z; None while those of the data are being computed.
        """
        raster = self._raster(data)
        cells = blur * raster.columns / (raster.extent[1] - raster.extent[0])
        for _ in self._data_masses(data, raster):
            yield None
        p = _blurred(self.known[raster], cells)
        for q, n in self._pushed(raster):
            yield Comparison(p, _blurred(q, cells)), n

    @view(
        "Optimal discriminator", latent=lambda dim: dim <= 2, when=lambda config, _: config.pac == 1,
        help="D* = p/(p + q) from both densities, to compare with the learned D on the samples' card.",
    )  # fmt: skip
    def optimal(
        self,
        data: Data,
        shown: str = param("optimal", "Show", choices=_SHOWN, latent=lambda dim: dim == 2),
    ) -> Iterator[Plane]:
        """D* by push-forward, and how far the learned D is from it."""
        raster = self._raster(data)
        if self.config.latent == 1:
            yield self._optimal_on_curve(data, raster)
            return
        if data.log_prob is None:
            yield Plane((), extent=raster.extent, subtitle="the density of these data is not known, and so is D*")
            return
        f: np.ndarray | None = None
        for known in self.compared(data, blur=self.config.instance_noise):
            if known is None:
                yield Plane((), extent=raster.extent, subtitle=WAIT)
                continue
            if f is None:
                parts = []
                for rows in np.array_split(raster.middles(), 8):
                    yield self._optimal_frame(*known, raster, None, shown)
                    parts.append(self._critic(rows))
                f = np.concatenate(parts)
            yield self._optimal_frame(*known, raster, f, shown)

    def _critic(self, at: np.ndarray) -> np.ndarray:
        """F at points in data units, (rows, columns, 2) to (rows, columns)."""
        with torch.no_grad():
            u = self.to_units(torch.from_numpy(at.reshape(-1, 2)).to(self.center))
            return array(self.discriminator(u)[:, 0]).astype(float).reshape(at.shape[:2])

    def _optimal_frame(self, known: Comparison, n: int, raster: Raster, f: np.ndarray | None, shown: str) -> Plane:
        game, extent = self.game, raster.extent
        mesh = f"mesh of {n}² z"
        blur = f", both blurred by σ = {self.config.instance_noise:g}" if self.config.instance_noise > 0 else ""
        note = "The optimum of a critic is no function of p/q alone: D* stands for the other games."
        if game.optimal is not None and f is None:
            note = "What the D in force lacks is being computed."
        elif game.optimal is not None and f is not None:
            best = value_of(game, array(game.optimal(torch.from_numpy(known.log_ratio()))), known)
            learned = value_of(game, f, known)
            note = f"L(D*) = {_signed(best)}; the D in force has L = {_signed(learned)}: it lacks {best - learned:.3f}."
        if shown == "ratio":
            ratio = known.log_ratio().clip(-_RATIO, _RATIO)
            name = "log p/q, nats"
            layer = Density(ratio, extent, role="real-fake", low=-_RATIO, high=_RATIO, name=name)
            words = f"exact log p/q, {mesh}{blur}"
        elif shown == "learned" and f is not None:
            layer, words = self._learned(f, extent), "the D in force"
        else:
            layer = Density(known.optimal(), extent, role="real-fake", low=0.0, high=1.0)
            words = f"D* = p/(p + q), {mesh}{blur}"
        return Plane((layer,), extent=extent, subtitle=words, note=note)

    def _learned(self, f: np.ndarray, extent: tuple[float, float, float, float]) -> Density:
        values = array(self.game.probability(torch.from_numpy(f)))
        return Density(values, extent, role="real-fake", low=0.0, high=1.0)

    def _optimal_on_curve(self, data: Data, raster: Raster) -> Plane:
        real = data.test.x[:2000]
        with torch.no_grad():
            fake = self.sample(len(real), rng=Noise().rng(self.center.device))
            values = [self.discriminator(self.to_units(x))[:, 0] for x in (real, fake)]
        learned = -float(self.game.discriminator(*values))
        best = "" if self.game.optimal is None or self.game.rest_discriminator != math.log(4.0) else "L(D*) = 0; "
        everywhere = Density(np.ones((2, 2)), raster.extent, role="real-fake", low=0.0, high=1.0)
        return Plane(
            (everywhere, self._curve()), extent=raster.extent, subtitle=_NO_DENSITY,
            note=f"{best}the D in force has L = {_signed(learned)} on {len(real):,} test data and as many samples.",
        )  # fmt: skip

    def _curve(self) -> Lines:
        reach = 1.0 if self.config.noise == "uniform" else 4.0
        line = self.decode(np.linspace(-reach, reach, 800)[:, None])
        return Lines(line, np.zeros(1, int), role="model", width=2.0, name="G(z) for all z: mass 1, area 0")

    @view(
        "Model density", latent=lambda dim: dim <= 2,
        help="The density of G(z), by pushing a mesh of z through G, with contours of the data's.",
    )  # fmt: skip
    def density(
        self,
        data: Data,
        scale: str = param("log", "Scale", choices=_SCALES),
        contours: bool = param(True, "Data density", help="Contours of the exact density of the data."),
    ) -> Iterator[Plane]:
        """The pushed-forward density under contours of the data's."""
        raster = self._raster(data)
        if self.config.latent == 1:
            yield Plane(
                (Points(array(data.valid.x[:500]), role="data", name="500 validation data", size=3.0), self._curve()),
                extent=raster.extent, subtitle="no density: all of the model's mass lies on a curve",
                note="“Density might not exist”: a curve has no area, so no density could add up to 1.",
            )  # fmt: skip
            return
        outline: list[Layer] = []
        if data.log_prob is not None and contours:
            for _ in self._data_masses(data, raster):
                yield Plane((), extent=raster.extent, subtitle=WAIT)
            p = self.known[raster] / raster.cell
            levels = (0.05 * float(p.max()), 0.5 * float(p.max()))
            outline = [Density(p, raster.extent, role="data", contours=levels, name="data, 5 and 50 % of its peak")]
        for mass, n in self._pushed(raster):
            yield Plane(
                (_shaded(mass / raster.cell, raster, scale), *outline), extent=raster.extent,
                subtitle=f"density of G(z), mesh of {n}² z; {mass.sum():.1%} of its mass is in the picture",
                note="Where the mesh folds over itself, densities add up.",
            )  # fmt: skip


def _signed(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")


def _shaded(q: np.ndarray, raster: Raster, scale: str) -> Density:
    top = max(float(q.max()), 1e-12)
    if scale == "linear":
        return Density(q, raster.extent, role="model", low=0.0, high=top, name="q(x)")
    decades = np.log10(np.maximum(q, top * 10.0**-_DECADES))
    return Density(decades, raster.extent, role="model", name="log₁₀ q(x)")


def _blurred(mass: np.ndarray, cells: float) -> np.ndarray:
    """Masses after Gaussian noise of a width in cells."""
    if cells == 0:
        return mass
    from scipy.ndimage import gaussian_filter  # costs a noticeable part of a second

    return gaussian_filter(mass, cells, mode="constant")
