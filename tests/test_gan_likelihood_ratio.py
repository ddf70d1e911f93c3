"""The lab of likelihood ratios: losses, links, fits and the shift by unequal numbers, against scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import interpolate, optimize, stats

from explorer.engine import Request, Viewer
from models.exact.densities_1d import LineMixture, Pair
from models.gan.likelihood_ratio.classifier_losses import LOSSES
from models.gan.likelihood_ratio.fits import PROPER, ratio_fits
from models.gan.likelihood_ratio.lab import LikelihoodRatioLab
from models.gan.likelihood_ratio.splines import SplineFit, spline_basis
from models.protocol import build

PAIR = Pair(LineMixture.about(-0.8, 0.8), LineMixture.about(0.8, 1.1))
WRITTEN = {  # by D = σ(F), or D = F for the absolute error
    "log": lambda f, y: -math.log(1 / (1 + math.exp(-f))) if y else -math.log(1 / (1 + math.exp(f))),
    "brier": lambda f, y: (1 / (1 + math.exp(-f)) - y) ** 2,
    "exponential": lambda f, y: math.exp(-f if y else f),
    "hinge": lambda f, y: max(0.0, 1 - (f if y else -f)),
    "absolute": lambda f, y: abs(y - f),
}


def lab(**values) -> LikelihoodRatioLab:
    return LikelihoodRatioLab(build(LikelihoodRatioLab.Config, values))


def frame(name: str, **values):
    return Viewer(lab(**values)).last_frame(Request(name))


def by_key(curves) -> dict:
    return {series.key: series for series in curves.series}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("eta", [0.08, 0.3, 0.62, 0.97])
def test_the_best_f_is_where_the_expected_loss_is_least(name, eta):
    def risk(f: float) -> float:
        return eta * WRITTEN[name](f, 1) + (1 - eta) * WRITTEN[name](f, 0)

    loss = LOSSES[name]
    found = optimize.minimize_scalar(risk, bounds=(-6, 6), method="bounded", options={"xatol": 1e-9}).x
    assert float(loss.best(stats.logistic.ppf(eta))) == pytest.approx(found, abs=1e-5)
    for y in (0, 1):
        assert float(loss.value(np.array(0.7), y, 0.0)) == pytest.approx(WRITTEN[name](0.7, y), rel=1e-12)


@pytest.mark.parametrize("name", PROPER)
def test_links_lead_from_the_best_f_to_the_log_odds(name):
    eta = np.linspace(0.01, 0.99, 50)
    loss = LOSSES[name]
    odds = stats.logistic.ppf(eta)
    assert loss.link(loss.best(odds)) == pytest.approx(odds, abs=1e-10)
    assert loss.probability(loss.best(odds)) == pytest.approx(eta, abs=1e-12)


def test_hinge_and_absolute_error_tell_the_class_alone():
    odds = stats.logistic.ppf([0.01, 0.2, 0.49, 0.51, 0.8, 0.99])
    assert LOSSES["hinge"].best(odds).tolist() == [-1, -1, -1, 1, 1, 1]
    assert LOSSES["absolute"].best(odds).tolist() == [0, 0, 0, 1, 1, 1]
    assert {name for name in LOSSES if LOSSES[name].link is None} == {"hinge", "absolute"}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("y", [0, 1])
def test_slopes_are_derivatives_of_the_values(name, y):
    f, h, width = np.linspace(-2.97, 2.94, 60), 1e-5, 0.2
    loss = LOSSES[name]
    first, second = loss.slopes(f, y, width)
    wanted = (loss.value(f + h, y, width) - loss.value(f - h, y, width)) / (2 * h)
    assert first == pytest.approx(wanted, abs=1e-6)
    assert (second >= 0).all()
    if name != "brier":  # there it is that of Gauss and Newton
        curve = (loss.slopes(f + h, y, width)[0] - loss.slopes(f - h, y, width)[0]) / (2 * h)
        assert second == pytest.approx(curve, abs=1e-4)


def test_splines_are_scipys():
    x = -2 + 5 * (np.arange(60) + 0.5) / 60
    step = 5 / (9 - 3)
    knots = -2 + step * np.arange(-3, 9 + 1)
    wanted = interpolate.BSpline.design_matrix(x, knots, 3).toarray()
    assert spline_basis(-2.0, 3.0, 60, 9) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_fits_are_what_scipy_finds(name):
    rng = np.random.default_rng(1)
    ones, zeros = (rng.dirichlet(np.ones(60)) * 0.5 for _ in range(2))
    fit = SplineFit(spline_basis(0.0, 1.0, 60, 7), ones, zeros, 1e-3)
    loss = LOSSES[name]
    found = fit.solve(loss, np.zeros(7))
    assert np.abs(fit.gradient(loss, found)).max() < 1e-6
    other = optimize.minimize(lambda w: fit.objective(loss, w), np.zeros(7), method="Nelder-Mead",
                              options={"maxiter": 6000, "maxfev": 6000, "xatol": 1e-7, "fatol": 1e-12})  # fmt: skip
    # The arcs in place of kinks are 0.01 wide, so that a loss with kinks is met to less than that.
    assert fit.objective(loss, found) <= other.fun + (2e-3 if loss.kinked else 1e-7)


@pytest.mark.parametrize("name", PROPER)
@pytest.mark.parametrize(("ones", "zeros"), [(1, 1), (3, 1), (1, 8)])
def test_fitted_to_the_densities_proper_losses_recover_the_ratio_and_the_shift(name, ones, zeros):
    fits = ratio_fits(PAIR, -ones, -zeros, 30, 0.2, 0, PROPER)
    ratio = stats.norm.logpdf(fits.x, -0.8, 0.8) - stats.norm.logpdf(fits.x, 0.8, 1.1) + math.log(ones / zeros)
    there = (fits.weight > 1e-2 * fits.weight.max()) & (np.abs(ratio) < 4)  # beyond, D is 0 or 1 but for 2 %
    assert fits.reading(name)[there] == pytest.approx(ratio[there], abs=0.01)
    assert fits.log_odds == pytest.approx(math.log(ones / zeros))


def test_fits_without_the_right_loss_do_not_recover_it():
    fits = ratio_fits(PAIR, -1, -1, 30, 0.2, 0, tuple(LOSSES))
    there = fits.weight > 0.05 * fits.weight.max()
    for name, steps in (("hinge", (-1, 1)), ("absolute", (0, 1))):
        f = fits.F[name][there]
        clear = np.abs(fits.pair.log_ratio(fits.x[there])) > 1.5
        assert np.abs(f[:, None] - np.array(steps)).min(axis=1)[clear].mean() < 0.15
        assert (f[clear] > np.mean(steps)).tolist() == (fits.pair.log_ratio(fits.x[there])[clear] > 0).tolist()


def test_errors_fall_with_the_number_of_samples():
    def error(name: str, n: int) -> float:
        return np.mean([ratio_fits(PAIR, n, n, 12, 0.2, seed, PROPER).error(name) for seed in range(8)])

    for name in PROPER:
        assert error(name, 20_000) < 0.7 * error(name, 200)


def test_counts_are_of_the_samples_and_seeds_decide_them():
    one, same, other = (ratio_fits(PAIR, 300, 200, 12, 0.2, seed, ("log",)) for seed in (1, 1, 2))
    assert (len(one.data), len(one.fake)) == (300, 200)
    assert np.array_equal(one.F["log"], same.F["log"])
    assert not np.array_equal(one.F["log"], other.F["log"])
    wanted = PAIR.data.sample(300, rng=torch.Generator().manual_seed(1))
    assert np.array_equal(one.data, wanted)


def test_calibration_of_the_exact_posterior_is_the_diagonal():
    fits = ratio_fits(PAIR, -3, -1, 30, 0.2, 0, tuple(LOSSES))
    for name in PROPER:
        d, share = fits.calibration(name).T
        assert share == pytest.approx(d, abs=5e-3)
    overall = stats.norm.sf  # of all x called data by the hinge, the share that are data, at Bayes' best threshold
    points = fits.calibration("absolute", bands=2)
    odds = fits.pair.log_ratio(fits.x) + math.log(3)
    (cut,) = fits.x[:-1][(np.diff(np.sign(odds)) < 0) & (fits.x[:-1] > -0.8)]
    left = 3 * (1 - overall(cut, -0.8, 0.8)), 1 - overall(cut, 0.8, 1.1)
    assert points[1, 1] == pytest.approx(left[0] / sum(left), abs=0.02)


def test_the_picture_shows_the_shift_and_takes_it_away():
    shifted = by_key(frame("ratios", exact=True, ratio=9.0))
    middle = np.abs(shifted["exact"].x) < 1.5
    assert shifted["log"].y[middle] == pytest.approx(shifted["exact"].y[middle] + math.log(9), abs=0.02)
    assert shifted["shifted"].y[middle] == pytest.approx(shifted["exact"].y[middle] + math.log(9), abs=1e-9)
    corrected = by_key(frame("ratios", exact=True, ratio=9.0, corrected=True))
    for name in PROPER:
        assert corrected[name].y[middle] == pytest.approx(corrected["exact"].y[middle], abs=0.02)
    assert "shifted" not in corrected


@pytest.mark.parametrize(("exact", "within"), [(True, 0.01), (False, 0.25)])
def test_mean_shift_follows_the_log_of_the_ratio(exact, within):
    series = by_key(frame("shift", exact=exact))
    assert np.ptp(series["exact"].y) == pytest.approx(math.log(100), abs=0.05)
    for name in PROPER:
        assert series[name].y == pytest.approx(series["exact"].y, abs=within)


def test_the_risk_at_x_is_least_where_the_note_says():
    series = by_key(frame("risk", x=0.3, ratio=2.0))
    eta = 2 * stats.norm.pdf(0.3, -0.8, 0.8) / (2 * stats.norm.pdf(0.3, -0.8, 0.8) + stats.norm.pdf(0.3, 0.8, 1.1))
    for name, loss in LOSSES.items():
        least = series[name].x[np.nanargmin(series[name].y)]
        assert least == pytest.approx(float(loss.best(stats.logistic.ppf(eta))), abs=0.02)


def test_where_the_class_is_all_but_certain_the_best_f_is_finite_still():
    values = {"x": -6.0, "data_mean": -3.0, "data_std": 1.5, "model_mean": 3.0, "model_std": 0.4}
    note = frame("risk", **values).note
    odds = stats.norm.logpdf(-6.0, -3.0, 1.5) - stats.norm.logpdf(-6.0, 3.0, 0.4)
    assert f"log {odds:.2f}, Brier {odds:.2f}, exponential {odds / 2:.2f}" in note
