"""The mean-field lab against closed forms, a numeric minimisation and torch.distributions."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import optimize

from explorer.engine import Request, Viewer
from models.protocol import build, views_of
from models.vae.mean_field.gaussians import Correlated, Factorised
from models.vae.mean_field.lab import MeanFieldLab

POSTERIORS = [Correlated(0.9), Correlated(-0.6, 0.5, 1.4), Correlated(0.0, 0.7, 1.2)]


def lab(**values) -> MeanFieldLab:
    return MeanFieldLab(build(MeanFieldLab.Config, values))


def frame(name: str, **values):
    return Viewer(lab(**values)).last_frame(Request(name))


def reference(mean, covariance, other_mean, other_covariance) -> float:
    normal = torch.distributions.MultivariateNormal
    first, second = (
        normal(torch.from_numpy(np.asarray(m, float)), torch.from_numpy(np.asarray(c, float)))
        for m, c in ((mean, covariance), (other_mean, other_covariance))
    )
    return float(torch.distributions.kl_divergence(first, second))


@pytest.mark.parametrize("p", POSTERIORS)
def test_divergences_agree_with_torch(p):
    q = Factorised(np.array([0.3, -1.1]), np.array([0.2, 0.9]))
    assert p.from_q(q) == pytest.approx(reference(q.mean, np.diag(q.variance), [0, 0], p.covariance), abs=1e-10)
    assert p.to_q(q) == pytest.approx(reference([0, 0], p.covariance, q.mean, np.diag(q.variance)), abs=1e-10)


@pytest.mark.parametrize("p", POSTERIORS)
def test_precision_inverts_the_covariance(p):
    assert p.precision @ p.covariance == pytest.approx(np.eye(2), abs=1e-12)


@pytest.mark.parametrize("p", POSTERIORS)
@pytest.mark.parametrize("direction", ["from_q", "to_q"])
def test_best_q_is_what_a_numeric_minimisation_finds(p, direction):
    def value(v: np.ndarray) -> float:
        return getattr(p, direction)(Factorised(v[:2], np.exp(v[2:])))

    found = optimize.minimize(value, [0.4, -0.2, -0.5, 0.3], method="BFGS", options={"gtol": 1e-8})
    best = p.best() if direction == "from_q" else p.marginals()
    assert found.x[:2] == pytest.approx(best.mean, abs=1e-5)
    assert np.exp(found.x[2:]) == pytest.approx(best.variance, rel=1e-4)
    assert found.fun == pytest.approx(p.gap, abs=1e-8)


def test_variances_and_gap_of_the_slide():
    p = Correlated(0.9)
    assert p.best().variance == pytest.approx([0.19, 0.19], abs=1e-12)
    assert p.gap == pytest.approx(0.8303656, abs=1e-7)
    assert p.from_q(p.best()) == pytest.approx(-0.5 * math.log(1 - 0.81), abs=1e-12)
    assert Correlated(0.9, 0.4, 1.3).gap == p.gap


@pytest.mark.parametrize("p", POSTERIORS)
def test_coordinate_ascent_never_rises_and_falls_by_rho_squared(p):
    path = p.ascend(Factorised(np.array([1.5, -0.8]), np.array([2.0, 0.05])), 30)
    values = np.array([p.from_q(q) for q in path])
    assert (np.diff(values) <= 1e-12).all()
    excess = values[2:12] - p.gap
    assert excess[1:] == pytest.approx(p.rho**2 * excess[:-1], abs=1e-12)
    assert path[2].variance == pytest.approx(p.best().variance)


def test_each_update_is_the_best_for_its_factor():
    p = Correlated(0.8, 1.2, 0.6)
    before, after = p.ascend(Factorised(np.array([1.0, -1.0]), np.array([0.5, 0.5])), 1)
    assert (after.mean[1], after.variance[1]) == (before.mean[1], before.variance[1])
    for change in (-1e-3, 1e-3):
        for moved in (
            Factorised(after.mean + np.array([change, 0]), after.variance),
            Factorised(after.mean, after.variance + np.array([change, 0])),
        ):
            assert p.from_q(moved) > p.from_q(after)


def test_the_ellipse_is_that_of_the_covariance():
    p = Correlated(-0.6, 0.5, 1.4)
    axes, angle = p.ellipse()
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    assert turn @ np.diag(axes**2) @ turn.T == pytest.approx(p.covariance, abs=1e-12)


def test_views_show_the_numbers():
    bars = frame("divergences", updates=40)
    assert bars.values[[0, 3]] == pytest.approx([0.8303656, 0.8303656], abs=1e-6)
    assert bars.values[1] == pytest.approx(0.81 / 0.19 + 0.5 * math.log(0.19), abs=1e-9)
    gap = frame("gap", rho=-0.5)
    assert gap.marker == -0.5
    assert np.interp(0.5, gap.series[0].x, gap.series[0].y) == pytest.approx(-0.5 * math.log(0.75), abs=1e-4)
    assert "0.830" in frame("ellipses").subtitle


@pytest.mark.parametrize("rho", [-0.995, 0.0, 0.995])
def test_every_view_is_finite_at_the_ends_of_the_slider(rho):
    viewer = Viewer(lab(rho=rho, updates=0))
    for name in viewer.views:
        shown = viewer.last_frame(Request(name))
        for series in getattr(shown, "series", ()):
            assert np.isfinite(series.y[~np.isnan(series.y)]).all()  # on a log axis, zero is not drawn


@pytest.mark.parametrize("m", [(-1.5, 1.5), (3.0, -3.0), (0.0, 0.0)])
def test_the_start_of_the_ascent_is_a_handle_in_sight(m) -> None:
    page = MeanFieldLab(MeanFieldLab.Config(m1=m[0], m2=m[1], updates=5))
    (drag,) = views_of(MeanFieldLab)["ellipses"].drags
    assert drag.position(page.config) == m
    plane = page.ellipses()
    (path,) = (layer for layer in plane.layers if layer.name == "coordinate ascent on m")
    assert tuple(path.xy[0]) == m
    left, right, low, high = plane.extent
    assert left < m[0] < right
    assert low < m[1] < high
