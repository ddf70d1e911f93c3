"""What different divergences ask of a model that is too simple, or that misses a datum."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.frames import Bars, Curves, Density, Lines, Plane, Points, Series
from models.gan.missing_atoms import MissingAtoms
from models.gan.two_modes import DIVERGENCES, TwoModes, optima
from models.protocol import Drag, Lab, Preset, Try, param, view
from models.vae.normal import decimal, normal_log_prob

__all__ = ["DivergencesLab"]

_EDGE = 9.0
_ROLES = {"forward": "data", "reverse": "model", "jsd": "alt", "wasserstein": "prior"}
_WORDS = {"mean": "mean/m", "std": "std/s", "value": "divergence"}
_SWEEP = np.arange(0.5, 7.01, 0.25)
_AT_ONCE = 1  # ratio between two pictures
_DROPS = {"reverse": math.log(2.0), "jsd": 0.75 * math.log(4.0 / 3.0)}
_COARSE = 121
_DELTAS = (1e-3, 1e-6, 1e-12)


class DivergencesLab(Lab):
    """One Gaussian fitted to two modes by four divergences, and a model that misses some of the data.

    Minka, 2005, "Divergence measures and message passing"; Theis et al., 2016 (arXiv 1511.01844).
    """

    title = "Divergences"
    reference = "https://arxiv.org/abs/1511.01844"
    presets = (
        Preset("Between the two: m/s = 3", "", about="Reverse KL has dropped a mode, at 0.689 nats; JSD still covers."),
        Preset("Near: m/s = 1", "", {"m": 1.0, "mu": 0.0, "sigma": 1.4}, about="One mode is enough: all four agree."),
        Preset("JSD still covers: m/s = 4", "", {"m": 4.0}, about="Covering costs 0.201 nats, dropping a mode 0.216."),
        Preset(
            "JSD drops: m/s = 4.5", "", {"m": 4.5, "mu": 4.5, "sigma": 1.0},
            about="Now covering costs 0.230 nats: the mode is dropped.",
        ),
        Preset(
            "Far: m/s = 6", "", {"m": 6.0, "mu": 6.0, "sigma": 1.0, "divergence": "reverse"},
            about="A dropped mode costs reverse KL log 2 = 0.693, and JSD ¾ log(4/3) = 0.216.",
        ),
        Preset("One point missing of 100", "", {"atoms": 100}, about="KL(F̂ ‖ p) = ∞ all the same."),
        Preset("No point missing", "", {"missing": 0}, about="The slide's ⊆ includes equality, where all are 0."),
    )  # fmt: skip
    look_at = (
        "Maximum likelihood is forward KL: it takes the mean and variance of the data, whatever lies between the "
        "modes. Reverse KL is blind to what q leaves out, and from m/s ≈ 2.8 on prefers a single mode; that costs "
        "log 2, no more, however far the other is. JSD is between them: it covers up to m/s = 4 and drops from 4.5, "
        "where the cost is ¾ log(4/3). Wasserstein-1 counts distance, and covers always. “Missing one point” is the "
        "slide's comparison: where a datum has no probability under the model, KL(F̂ ‖ p) is infinite, and JSD is "
        "not. The slide's Supp(p) ⊆ Supp(F̂) also holds where nothing is missing; all of them are 0 then, so ⊊ is "
        "meant. Modes are dropped in practice by the training game too, not by the divergence alone: a GAN with a KL "
        "objective shows it."
    )
    try_next = (
        Try("Bring the modes together: the four agree", preset="Near: m/s = 1"),
        Try("Set m/s = 4: JSD covers, at 0.201", preset="JSD still covers: m/s = 4"),
        Try("Set m/s = 4.5: JSD drops a mode, at 0.216", preset="JSD drops: m/s = 4.5"),
        Try("Set m/s = 6: reverse KL pays log 2 for a mode", preset="Far: m/s = 6"),
        Try("Miss one datum of 100: KL(F̂ ‖ p) stays infinite", preset="One point missing of 100"),
        Try("Miss nothing: all divergences are 0", preset="No point missing"),
        Try("See where 2 JSD comes from", page="optimal-discriminator"),
    )

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        mu: float = param(0.0, "Mean μ of q", -8.0, 8.0, step=0.05, live=True)
        sigma: float = param(2.0, "Standard deviation σ of q", 0.2, 8.0, step=0.05, live=True)
        m: float = param(3.0, "Modes at ± m", 0.2, 6.0, step=0.05, live=True)
        s: float = param(1.0, "Their std s", 0.8, 2.0, step=0.05, live=True)
        divergence: str = param(
            "jsd", "Divergence", choices=DIVERGENCES, live=True, help="Of the fit and the landscape."
        )
        atoms: int = param(10, "Data points K", 2, 100, log=True, live=True, help="In the card “Missing one point”.")
        missing: int = param(1, "Points the model misses", 0, 5, live=True, help="At most K − 1 of them.")

    config: Config

    def __init__(self, config: Config):
        super().__init__(config)
        self.ratio = round(config.m / config.s, 9)
        self.modes = TwoModes(self.ratio)

    def values(self) -> dict[str, float]:
        """All four divergences of q, nats, and Wasserstein-1 in the units of x."""
        c = self.config
        found = {name: float(self.modes.value(name, c.mu / c.s, c.sigma / c.s)) for name in DIVERGENCES}
        return found | {"wasserstein": found["wasserstein"] * c.s}

    def best(self, name: str) -> float:
        """The least value of a divergence, in the units of `values`."""
        (least, *_) = [o.value for o in optima(self.ratio, name) if o.best]
        return least * (self.config.s if name == "wasserstein" else 1.0)

    @view(
        "Data and model", hero=True, help="Drag the Gaussian: its handle is at (mean, standard deviation).",
        drags=(Drag("mu", "sigma"),),
    )  # fmt: skip
    def data(self) -> Plane:
        """p with its two modes, q, and every best fit by the chosen divergence."""
        c, x, start = self.config, np.linspace(-_EDGE, _EDGE, 721), np.zeros(1, int)
        p = np.exp(self.modes.log_p(x / c.s)) / c.s
        q = np.exp(normal_log_prob(x, c.mu, c.sigma))
        top, scale = _heights(float(p.max()), c.sigma)
        layers: list[Lines | Points] = [
            Lines(np.stack([x, scale * p], 1), start, role="data", width=2.0, name="p, the data"),
            Lines(np.stack([x, scale * q], 1), start, role="model", width=2.0, name="q, the model"),
        ]
        fits = optima(self.ratio, c.divergence)
        for found in fits:
            for sign in (1.0,) if found.covers else (1.0, -1.0):
                mean, std = sign * found.mean * c.s, found.std * c.s
                fit = np.exp(normal_log_prob(x, mean, std))
                layers.append(Lines(
                    np.stack([x, scale * fit], 1), start, role="alt" if found.best else "total", dashed=True, width=1.5,
                    name="" if sign < 0 else "best fit" if found.best else "local optimum",
                ))  # fmt: skip
        layers.append(Points(np.array([[c.mu, c.sigma]]), role="model", size=10.0))
        said = "; ".join(
            f"{'best' if o.best else 'local'}: mean {'0' if o.covers else '± ' + decimal(o.mean * c.s, 2)}, "
            f"std {decimal(o.std * c.s, 2)}" for o in fits
        )  # fmt: skip
        return Plane(
            tuple(layers), x_label="x", y_label="σ", extent=(-_EDGE, _EDGE, 0.0, top), square=False,
            subtitle=f"exact; m/s = {decimal(self.ratio, 2)}; heights are {scale:g} × the densities",
            note=f"{DIVERGENCES[c.divergence]}: {said}.",
        )  # fmt: skip

    @view("Values of q", help="Four divergences of q; the dashed line is the least that any Gaussian reaches.")
    def values_of_q(self) -> Bars:
        """Four divergences of q beside their least values."""
        values = self.values()
        least = np.array([self.best(name) for name in DIVERGENCES])
        said = ", ".join(decimal(v) for v in least)
        return Bars(
            tuple(DIVERGENCES.values()), np.array([values[name] for name in DIVERGENCES]),
            roles=tuple(_ROLES.values()), reference=least,
            subtitle="by quadrature; nats, Wasserstein-1 in units of x; dashed: the least value",
            note=f"Least values: {said}.",
        )  # fmt: skip

    @view("Optima over m/s", help="Every local optimum of each divergence, large where it is the best.")
    def optima(self, show: str = param("mean", "Show", choices=_WORDS)) -> Iterator[Plane]:
        """Means, standard deviations or values of all local optima against m/s."""
        kept: dict[str, list[tuple[float, float, bool]]] = {name: [] for name in DIVERGENCES}
        ends = {"mean": (-1.25, 1.25), "std": (0.0, 7.5), "value": (-0.05, 2.0)}[show]
        for place, ratio in enumerate(_SWEEP):
            for name in DIVERGENCES:
                for o in optima(float(ratio), name):
                    shown = {"mean": o.mean / ratio, "std": o.std, "value": o.value}[show]
                    kept[name].append((float(ratio), shown, o.best))
                    if show == "mean" and not o.covers:
                        kept[name].append((float(ratio), -shown, o.best))
            if (place + 1) % _AT_ONCE and place + 1 < len(_SWEEP):
                continue
            layers: list[Lines | Points] = [
                Lines(np.array([[self.ratio, ends[0]], [self.ratio, ends[1]]]), np.zeros(1, int), dashed=True)
            ]
            if show == "std":
                r = np.linspace(0.0, _SWEEP[-1], 100)
                layers.append(Lines(np.stack([r, np.sqrt(1 + r**2)], 1), np.zeros(1, int), role="data", dashed=True,
                                    name="√(m² + s²)/s"))  # fmt: skip
            for rank, (name, found) in enumerate(kept.items()):
                for best in (False, True):
                    apart = 0.07 * (rank - 1.5) if show == "mean" else 0.0  # many are at the same place
                    xy = np.array([(x, y + apart) for x, y, b in found if b == best]).reshape(-1, 2)
                    layers.append(Points(xy, role=_ROLES[name], size=7.0 if best else 4.0,
                                         name=DIVERGENCES[name] if best else ""))  # fmt: skip
            units = " (nats, Wasserstein-1 in s)" if show == "value" else ""
            yield Plane(
                tuple(layers), x_label="m/s", y_label="", extent=(0.0, _SWEEP[-1] + 0.25, *ends), square=False,
                subtitle=f"{_WORDS[show]}{units}; large: the best, small: local; {place + 1} of {len(_SWEEP)} m/s",
                note="0 covers both modes, ± 1 drops one (set apart a little). JSD changes between 4 and 4.5."
                if show == "mean"
                else "Forward KL takes the moments of the data: √(m² + s²)." if show == "std"
                else "Reverse KL levels off at log 2 = 0.693, JSD at ¾ log(4/3) = 0.216.",
            )  # fmt: skip

    @view("Cost of covering", help="What it costs to cover both modes, and to drop one.")
    def cost(self) -> Iterator[Curves]:
        """Values of the covering and the dropping optimum of reverse KL and JSD against m/s."""
        kept: dict[tuple[str, bool], list[tuple[float, float]]] = {(n, c): [] for n in _DROPS for c in (True, False)}
        for place, ratio in enumerate(_SWEEP):
            for name in _DROPS:
                for o in optima(float(ratio), name):
                    kept[name, o.covers].append((float(ratio), o.value))
            if (place + 1) % _AT_ONCE and place + 1 < len(_SWEEP):
                continue
            series = []
            for name, limit in _DROPS.items():
                for covers, word in ((True, "covers"), (False, "drops")):
                    xy = np.array(kept[name, covers]).reshape(-1, 2)
                    if len(xy):
                        series.append(Series(
                            f"{name}.{word}", word, xy[:, 0], np.minimum(xy[:, 1], 1.2), pane=name, unit="nats",
                            role=_ROLES[name] if covers else "total",
                        ))  # fmt: skip
                label = f"{DIVERGENCES[name]}: {'log 2' if name == 'reverse' else '¾ log(4/3)'}"
                series.append(Series(f"{name}.limit", label, np.array([0.5, 7.0]), np.full(2, limit),
                                     role=_ROLES[name], pane=name, unit="nats", dashed=True))  # fmt: skip
            yield Curves(
                tuple(series), x_label="m/s", y_label="nats", marker=self.ratio,
                subtitle=f"local optima by quadrature, cut off at 1.2; {place + 1} of {len(_SWEEP)} m/s",
                note="Where the curves cross, the best fit jumps from the middle onto one mode.",
            )  # fmt: skip

    @view(
        "Landscape of one divergence",
        help="The chosen divergence over mean and std of q.",
        drags=(Drag("mu", "sigma"),),
    )
    def landscape(self) -> Plane:
        """The divergence over (μ, σ), its optima, and q."""
        c = self.config
        values, extent = _landscape(self.ratio, c.divergence)
        box = (extent[0] * c.s, extent[1] * c.s, extent[2] * c.s, extent[3] * c.s)
        unit = c.s if c.divergence == "wasserstein" else 1.0
        values = values * unit
        low = float(values.min())
        high = low + (3.0 * unit if c.divergence == "wasserstein" else 0.5 if c.divergence == "jsd" else 2.0)
        layers: list[Density | Points] = [
            Density(values, box, low=low, high=high, role="model", name="value"),
            Density(values, box, role="total", contours=tuple(np.linspace(low, high, 9)[1:-1].tolist())),
        ]
        for best in (False, True):
            at = [
                (sign * o.mean * c.s, o.std * c.s)
                for o in optima(self.ratio, c.divergence) if o.best == best
                for sign in ((1.0,) if o.covers else (1.0, -1.0))
            ]  # fmt: skip
            if at:
                layers.append(Points(np.array(at), role="prior", size=10.0 if best else 6.0,
                                     name="best" if best else "local optimum"))  # fmt: skip
        layers.append(Points(np.array([[c.mu, c.sigma]]), role="data", size=9.0, name="q"))
        return Plane(
            tuple(layers), x_label="μ", y_label="σ", extent=box, square=False,
            subtitle=f"{DIVERGENCES[c.divergence]}, by quadrature; m/s = {decimal(self.ratio, 2)}",
            note=f"At q {decimal(self.values()[c.divergence])}, at best {decimal(self.best(c.divergence))}.",
        )  # fmt: skip

    @view("Missing one point", help="Data on K points, the model uniform on K − 1 of them.")
    def missing(self) -> Curves:
        """Divergences of a model that misses some of K data points, against K."""
        c = self.config
        missing = min(c.missing, c.atoms - 1)
        k = np.arange(missing + 1, 101)
        cases = [MissingAtoms(int(n), missing) for n in k]
        series = [
            Series("reverse", "KL(p ‖ F̂)", k, np.array([a.reverse() for a in cases]), role="model", unit="nats"),
            Series("jsd", "JSD", k, np.array([a.jensen_shannon() for a in cases]), role="alt", unit="nats"),
        ]
        for delta, word in zip(_DELTAS, ("10⁻³", "10⁻⁶", "10⁻¹²"), strict=True):
            if missing:
                values = np.array([a.forward(delta) for a in cases])
                series.append(Series(f"forward{delta:g}", f"KL(F̂ ‖ p), δ = {word}", k, values, role="data",
                                     dashed=True, unit="nats", pane="forward"))  # fmt: skip
        if not missing:
            series.append(Series("forward", "KL(F̂ ‖ p)", k, np.zeros(len(k)), role="data", dashed=True, unit="nats"))
        here = MissingAtoms(c.atoms, missing)
        note = (
            f"K = {c.atoms}, {missing} missing: KL(F̂ ‖ p) = ∞ as δ → 0, KL(p ‖ F̂) = log(K/(K − {missing})) = "
            f"{decimal(here.reverse(), 4)}, JSD = {decimal(here.jensen_shannon(), 4)}."
            if missing else "Nothing is missing: the supports are equal, as the slide's ⊆ allows, and all three are 0."
        )  # fmt: skip
        return Curves(
            tuple(series), x_label="data points K", marker=float(c.atoms), log_x=True,
            subtitle="exact; F̂ uniform on K points, p on the others; δ: what p gives to a missed one", note=note,
        )  # fmt: skip


def _heights(peak: float, sigma: float) -> tuple[float, float]:
    """Top of the picture, in which the handle at height σ has its place, and a round factor for the densities."""
    top = max(3.0, 1.15 * sigma)
    return top, float(f"{0.45 * top / peak:.1g}")


@functools.lru_cache(maxsize=8)
def _landscape(ratio: float, name: str) -> tuple[np.ndarray, tuple[float, float, float, float]]:
    """A divergence over mean and standard deviation in units of s, (30, 40), and the edges of the picture."""
    wide, high = max(2.0, 1.4 * ratio), max(2.0, 1.5 * ratio)
    mean = ((np.arange(40) + 0.5) / 40 * 2 - 1) * wide
    low = 0.2
    std = low + (np.arange(30) + 0.5) / 30 * (high - low)
    values = TwoModes(ratio, _COARSE).value(name, mean[None, :], std[:, None])
    return values, (-wide, wide, low, high)
