"""Choosing d: kept marginals, dependencies against Jacobians, gaps against closed forms, fits by a seed."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from explorer.data import open_dataset
from explorer.data.tables import Copula6, Gaussian6
from explorer.engine import BadInput, Request
from explorer.engine.data.tensors import TensorData
from explorer.engine.lab import lab_data, open_lab
from models.exact.normal import normal_kl
from models.flows.choosing_d import ChoosingDLab, fits, over_d_views
from models.flows.choosing_d.adam import Adam
from models.flows.choosing_d.dependence import complete_after, dependencies, moved_counts, share
from models.flows.choosing_d.fits import Fit, Fits, build_flow
from models.flows.choosing_d.mixture import Mixture
from models.flows.choosing_d.rows import Rows
from models.flows.jacobians import jacobians
from models.flows.transforms import AffineCoupling
from models.nets.mlp import MLP
from models.protocol import build

D, MASKS = range(1, 6), ("alternate", "fixed", "random")


def rows_of(name: str) -> Rows:
    return Rows(TensorData(open_dataset(name), 0, torch.device("cpu")).whole())


@pytest.fixture(scope="module")
def gaussian() -> Rows:
    return rows_of("gaussian6")


@pytest.fixture(scope="module")
def copula() -> Rows:
    return rows_of("copula6")


def fitted(rows: Rows, d: int, layers: int = 1, masks: str = "alternate", *, steps: int = 60, seed: int = 0) -> Fit:
    fit = Fit(rows, d, layers, masks, width=16, steps=steps, seed=seed)
    for _ in fit.slices():
        pass
    return fit


def frame(view: str, data: str = "gaussian6", **values):
    config = build(ChoosingDLab.Config, {"steps": 20, **values})
    return open_lab(ChoosingDLab, config, data).viewer.last_frame(Request(view))


# Marginals


@pytest.mark.parametrize(("layers", "masks"), [(1, "alternate"), (3, "fixed")])
def test_kept_entries_are_the_noise_bit_for_bit(copula, layers, masks) -> None:
    noise = torch.randn(500, 6, generator=torch.Generator().manual_seed(1))
    fit = fitted(copula, 2, layers, masks, steps=40)
    with torch.no_grad():
        x, _ = fit.flow(noise)
    assert torch.equal(x[:, :2], noise[:, :2])
    assert (x[:, 2:] != noise[:, 2:]).float().mean() > 0.99


def test_divergences_from_the_noise_are_those_of_closed_forms(gaussian, copula) -> None:
    mean, std = gaussian._mean.double().numpy(), gaussian._std.double().numpy()
    exact_std = np.sqrt(np.diag(Gaussian6().covariance())) / std
    exact_mean = (np.array([0.0, 2.0, -1.0, 5.0, 0.5, -3.0]) - mean) / std
    expected = [normal_kl(m, s, 0.0, 1.0) for m, s in zip(exact_mean, exact_std, strict=True)]
    np.testing.assert_allclose(gaussian.normal_divergences, expected, atol=1e-9)
    m, s = float(copula._mean[1]), float(copula._std[1])  # a gamma variable of shape 2 and scale 1
    entropy, square = 1 + np.euler_gamma - math.log(s), (2 + (2 - m) ** 2) / s**2
    expected = 0.5 * math.log(2 * math.pi) + 0.5 * square - entropy
    assert copula.normal_divergences[1] == pytest.approx(expected, abs=2e-4)


def affine_layer(shift: float, log_scale: float) -> AffineCoupling:
    """t and s that do not depend on the kept entries."""
    layer = AffineCoupling(torch.arange(2), torch.arange(2, 6), [4])
    with torch.no_grad():
        layer.net[-1].bias[:4] = shift
        layer.net[-1].bias[4:] = 2 * math.atanh(log_scale / 2)
    return layer


def test_the_divergence_of_a_normal_marginal_is_that_of_the_closed_form(gaussian) -> None:
    value, error = Mixture(affine_layer(0.3, -0.2), torch.Generator().manual_seed(0)).divergence(gaussian, 4)
    u, _, weight = gaussian.quadrature(4)
    mean = weight @ u
    std = math.sqrt(weight @ (u - mean) ** 2)
    assert value == pytest.approx(normal_kl(mean, std, 0.3, math.exp(-0.2)), abs=1e-6)
    assert error < 1e-6


def test_the_divergence_of_a_mixture_varies_by_its_standard_error(copula) -> None:
    layer = fitted(copula, 2).flow.layers[0]
    every = [Mixture(layer, torch.Generator().manual_seed(seed), 200).divergence(copula, 2) for seed in range(40)]
    values, errors = np.array(every).T
    assert values.std(ddof=1) == pytest.approx(errors.mean(), rel=0.4)
    u = np.linspace(-12, 12, 2001)
    density, _ = Mixture(layer, torch.Generator().manual_seed(0), 200).density(2, u)
    assert np.trapezoid(density, u) == pytest.approx(1.0, abs=1e-3)


def test_bars_and_correlations_of_kept_entries_are_exact(copula) -> None:
    bars, table = (frame(view, "copula6", d=3) for view in ("divergences", "correlations"))
    np.testing.assert_array_equal(bars.values[:3], copula.normal_divergences[:3])
    np.testing.assert_array_equal(bars.errors[:3], 0)
    assert (bars.errors[3:] > 0).all()
    np.testing.assert_array_equal(np.triu(table.values, 1)[:3, :3], 0)
    np.testing.assert_allclose(np.tril(table.values), np.tril(copula.correlation))


# Gaps


def test_the_least_cost_of_kept_entries(gaussian, copula) -> None:
    covariance = Gaussian6().covariance()
    std = np.sqrt(np.diag(covariance))
    for d in D:
        exact = -0.5 * np.linalg.slogdet((covariance / np.outer(std, std))[:d, :d]).logabsdet
        assert gaussian.floor(d) == pytest.approx(exact, abs=0.02)  # correlations of 50,000 rows
        assert copula.floor(d) >= copula.normal_divergences[:d].sum()
    rho, one = Copula6().correlation, copula.normal_divergences
    exact = one[:2].sum() - 0.5 * math.log(1 - rho**2)  # marginals, and the copula of the first two
    assert copula.floor(2) <= exact


def least_gap(d: int) -> float:
    """KL of the best affine layer for the Gaussian: correlations among kept entries, and among others given these."""
    covariance = Gaussian6().covariance()
    std = np.sqrt(np.diag(covariance))
    r = covariance / np.outer(std, std)
    rest = r[d:, d:] - r[d:, :d] @ np.linalg.solve(r[:d, :d], r[:d, d:])
    total = np.log(np.diag(rest)).sum() - np.linalg.slogdet(rest).logabsdet - np.linalg.slogdet(r[:d, :d]).logabsdet
    return 0.5 * float(total)


@pytest.mark.parametrize("d", D)
def test_one_layer_arrives_at_the_least_gap_of_gaussian_data(gaussian, d) -> None:
    gap, error = fitted(gaussian, d, steps=120).gap
    assert -3 * error < gap - least_gap(d) < 0.05 + 3 * error


@pytest.mark.parametrize("masks", MASKS)
def test_gaps_are_not_negative_and_not_below_the_cost_of_entries_never_moved(copula, masks) -> None:
    for d in (1, 3, 5):
        gap, error = fitted(copula, d, 2, masks).gap
        assert gap > -3 * error
        if masks == "fixed":
            assert gap > copula.floor(d) - 3 * error


def test_layers_that_take_turns_do_better_and_others_do_not(gaussian) -> None:
    one, turns, same = (fitted(gaussian, 3, *how, steps=120).gap for how in ((1,), (2,), (2, "fixed")))
    assert turns[0] < 0.2 * one[0]
    assert same[0] == pytest.approx(one[0], abs=0.03)


# Dependencies


@pytest.mark.parametrize("masks", MASKS)
@pytest.mark.parametrize("d", D)
def test_dependencies_are_the_entries_of_jacobians_that_are_not_0(d, masks) -> None:
    rng = torch.Generator().manual_seed(d)
    noise = torch.randn(5, 6, generator=rng, dtype=torch.float64)
    for layers in (1, 2, 3, 4):
        flow = build_flow(d, layers, masks, 8, rng).double()
        with torch.no_grad():
            for parameter in flow.parameters():
                parameter.uniform_(-1, 1, generator=rng)
        found = (jacobians(lambda at, flow=flow: flow(at)[0], noise) != 0).any(dim=0).numpy()
        np.testing.assert_array_equal(found, dependencies(d, layers, masks)[-1])


def test_dependencies_counted_by_hand() -> None:
    assert [complete_after(d, "alternate") for d in D] == [3, 3, 3, 3, 2]
    assert [complete_after(d, "fixed") for d in D] == [None] * 5
    for d in D:
        after = [share(pattern) * 30 for pattern in dependencies(d, 2, "alternate")]
        # Layer 1: 6 − d entries see d. Layer 2: d entries see all five others.
        assert after == pytest.approx([0, d * (6 - d), d * (6 - d) + d * 5])


def test_layers_that_move_each_entry() -> None:
    assert moved_counts(2, 3, "alternate").tolist() == [1, 1, 2, 2, 2, 2]
    assert moved_counts(2, 4, "alternate").tolist() == [2] * 6
    assert moved_counts(4, 3, "fixed").tolist() == [0, 0, 0, 0, 3, 3]
    assert moved_counts(4, 5, "random").sum() == 5 * 2


@pytest.mark.parametrize("d", D)
def test_weights_counted_by_hand(d) -> None:
    values = ChoosingDLab(build(ChoosingDLab.Config, {"d": d, "width": 20})).values()
    assert values["weights"] == 20 * d + 20 + 2 * (6 - d) * 20 + 2 * (6 - d) == over_d_views.weights_of(d, 20)
    assert values["dependent"] == 30


# Fits


def test_the_optimiser_is_adam() -> None:
    one, other = MLP([3, 5, 1]), MLP([3, 5, 1])
    other.load_state_dict(one.state_dict())
    x = torch.randn(20, 3)
    own, theirs = Adam(one.parameters()), torch.optim.Adam(other.parameters(), 0.05)
    for _ in range(10):
        own.descend(one(x).square().mean(), 0.05)
        theirs.zero_grad()
        other(x).square().mean().backward()
        theirs.step()
    for mine, expected in zip(one.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(mine, expected, rtol=1e-4, atol=1e-5)


def test_a_flow_begins_as_the_identity_with_weights_of_its_generator() -> None:
    one, same, other = (build_flow(2, 2, "alternate", 8, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1))
    noise = torch.randn(10, 6)
    assert torch.equal(one(noise)[0], noise)
    first, again, different = ([m for m in flow.modules() if isinstance(m, nn.Linear)] for flow in (one, same, other))
    assert torch.equal(first[0].weight, again[0].weight)
    assert not torch.equal(first[0].weight, different[0].weight)
    assert float(first[0].weight.detach().abs().max()) <= 2**-0.5


def test_a_seed_decides_a_fit_however_it_is_cut_and_whatever_else_is_fitted(gaussian, monkeypatch) -> None:
    alone = fitted(gaussian, 2, 2, steps=20)
    monkeypatch.setattr(fits, "_SLICE", 0.0)
    both = Fits(gaussian, 16, 20, 0)
    one, other = both.of(2, 2, "alternate"), both.of(4, 1, "fixed")
    while not (one.finished and other.finished):
        for fit in (one, other):
            if not fit.finished:
                fit.advance()
    assert one.gap == alone.gap != fitted(gaussian, 2, 2, steps=20, seed=1).gap
    assert both.of(4, 1, "alternate") is other, "one layer is the same in either way"


def test_the_last_frame_is_the_same_for_a_seed() -> None:
    first = frame("gaps", layers=2, seed=3)
    frame("gaps", layers=3, seed=4)
    again, other = frame("gaps", layers=2, seed=3), frame("gaps", layers=2, seed=4)
    for one, same in zip(first.series, again.series, strict=True):
        assert np.array_equal(one.y, same.y)
    assert not np.array_equal(first.series[0].y, other.series[0].y)
    assert [len(series.x) for series in first.series] == [5] * 4  # 1 and 2 layers, always the first d, the bound


def test_no_view_draws_from_a_global_generator(untouched_generators) -> None:
    config = build(ChoosingDLab.Config, {"steps": 20, "layers": 2, "seed": 11})
    opened = open_lab(ChoosingDLab, config, "copula6")
    with untouched_generators():
        for view in opened.viewer.views:
            opened.viewer.last_frame(Request(view))


def test_every_frame_before_the_last_has_a_picture() -> None:
    config = build(ChoosingDLab.Config, {"steps": 20, "layers": 2, "seed": 12})
    opened = open_lab(ChoosingDLab, config, "copula6")
    seen = [len(found.series) for found in opened.viewer.frames(Request("gaps"))]
    assert seen[0] >= 1
    assert seen == sorted(seen)
    assert seen[-1] == 4


def test_tables_of_six_columns_alone_are_taken() -> None:
    assert lab_data(ChoosingDLab) == "gaussian6"
    with pytest.raises(BadInput, match="Choosing d does not take moons: it needs table data of 6 columns"):
        lab_data(ChoosingDLab, "moons")
