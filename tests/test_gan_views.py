"""Views of the planar GAN: modes, arrows, maps, densities, the optimal discriminator, divergences."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
import torch
from pages import session
from scipy import stats

from explorer.engine import Request, SessionViews
from models.exact.divergences import jensen_shannon
from models.exact.modes import count_modes, leading_mode, mode_names
from models.frames import Density, Field, Grid, Lines, Points
from models.gan.objectives import OBJECTIVES
from models.gan.planar import GAN, comparison
from models.gan.planar.collapse import verdict
from models.gan.planar.comparison import Comparison, histogram, sample_divergences, value_of
from models.protocol import build, views_of

ANGLE = torch.arange(8) * math.pi / 4
RING = 2 * torch.stack([ANGLE.cos(), ANGLE.sin()], dim=1)
WINDS = ("E", "NE", "N", "NW", "W", "SW", "S", "SE")
RING_DATA = "ring8:n=1000"


def frames(s, view: str, **params):
    return list(SessionViews(s).viewer.frames(Request(view, params=params), s.model))


def gan(data: str = RING_DATA, **values):
    return session("gan", data=data, batch=16, steps=100, **values)


def affine(s, weight, bias) -> None:
    """Makes the generator of no hidden layer a known map, data units to come out."""
    (layer,) = s.model.generator
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weight) / s.model.spread)
        layer.bias.copy_((torch.tensor(bias) - s.model.center) / s.model.spread)


def at(*which: int, n: int = 100) -> torch.Tensor:
    return RING[list(which)].repeat(n, 1)


# Modes


def test_modes_on_a_circle_are_called_by_the_compass_others_by_their_classes():
    assert mode_names(RING, tuple(f"mode {k}" for k in range(8))) == WINDS
    assert mode_names(RING[::2] + 5.0) == ("E", "N", "W", "S")
    grid = torch.cartesian_prod(torch.arange(3.0), torch.arange(3.0))
    assert mode_names(grid) == tuple(str(k) for k in range(1, 10))
    assert mode_names(torch.tensor([[-1.0, 0.0], [1.0, 0.0]]), ("left", "right")) == ("left", "right")


def test_counts_tell_apart_good_near_and_nearest():
    x = torch.cat([RING[:1], RING[:1] + torch.tensor([0.0, 0.4]), RING[4:5] * 3])
    found = count_modes(x, RING, 0.05)
    assert found.good.tolist() == [1, 0, 0, 0, 0, 0, 0, 0]
    assert found.near.tolist() == [2, 0, 0, 0, 0, 0, 0, 0]  # 0.3 of the distance of 1.53 is 0.46
    assert found.nearest.tolist() == [2, 0, 0, 0, 1, 0, 0, 0]


@pytest.mark.parametrize(("x", "words", "collapsed"), [
    (at(*range(8)), "All 8 modes held", False),
    (at(0), "All samples on one mode, E; 7 of 8 lost", True),
    (at(0, 3), "Samples on 2 modes, E and NW; 6 of 8 lost", True),
    (at(0, 0, 0, 0, 3), "80 % of the samples on one mode, E; 6 of 8 lost", True),
    (at(0, 1, 2, 3, 4, 5, 7), "7 of 8 modes held; missing: S", False),
    (1.7 * at(6), "All samples off the modes, nearest to S; none of 8 held", True),
    (0.4 * (at(6) + at(7)) / 2, "All samples between modes, nearest to S and SE; none of 8 held", True),
    (torch.cat([at(0), 0.3 * at(*range(8))]), "1 of 8 modes held; missing: NE, N, NW, W and 3 more", False),
    (0.3 * at(*range(8)), "None of 8 modes held yet", False),
    (0.7 * at(6), "All samples nearest to one mode, S, none within 3 std of it; none of 8 held", True),
    (torch.cat([0.7 * at(*[6] * 9), at(6)]),
     "All samples nearest to one mode, S, 10 % within 3 std of it; 7 of 8 lost", True),
    (torch.cat([0.7 * at(5, 5, 5), at(0, 0)]),
     "Samples nearest to 2 modes, E and SW, 40 % within 3 std of them; 7 of 8 lost", True),
])  # fmt: skip
def test_a_collapse_is_told_in_words_of_what_is_seen(x, words, collapsed):
    jitter = 1e-3 * torch.randn(len(x), 2, generator=torch.Generator().manual_seed(0))
    counts = count_modes(x + jitter, RING, 0.05)
    assert verdict(counts, WINDS, begun=True) == (words, collapsed)
    assert not verdict(counts, WINDS, begun=False)[1]
    assert verdict(counts, WINDS, begun=True, hopping=True)[0] == (f"{words}; hopping" if collapsed else words)


def test_samples_that_are_not_finite_are_said_and_lead_to_no_mode():
    x = torch.full((10, 2), torch.nan)
    counts = count_modes(x, RING, 0.05)
    assert verdict(counts, WINDS, begun=True) == ("No sample has a finite position", True)
    assert leading_mode(x, RING) == -1


def test_bars_of_the_modes_are_shares_of_the_samples_beside_the_data_s():
    s = gan(layers_g=0)
    affine(s, [[0.05, 0.0], [0.0, 0.05]], [-2.0, 0.0])
    (frame,) = frames(s, "modes", count=1000)
    assert frame.labels == (*WINDS, "none")
    assert frame.values.tolist() == [0, 0, 0, 0, 100, 0, 0, 0, 0]
    np.testing.assert_allclose(frame.reference.sum(), 100)
    np.testing.assert_allclose(frame.reference[:8], 100 / 8, atol=1.5)
    assert frame.reference[8] == pytest.approx(100 * math.exp(-4.5), abs=0.4)  # beyond 3 std in the plane


def test_data_without_modes_are_told_by_their_classes():
    (frame,) = frames(gan("moons:n=1000"), "modes")
    assert frame.labels == ("outer", "inner")
    np.testing.assert_allclose(frame.values.sum(), 100)
    assert not frame.warning
    assert not frame.alert


# Samples


@pytest.mark.parametrize("config", [
    {"objective": "minimax"}, {"objective": "least-squares"}, {"objective": "hinge", "pac": 4},
])  # fmt: skip
def test_arrows_are_minus_the_gradient_of_the_generator_s_loss(config):
    s = gan(**config)
    s.step()
    model = s.model
    (frame,) = frames(s, "samples")
    (arrows,) = (layer for layer in frame.layers if isinstance(layer, Field))
    m, n = model.config.pac, len(arrows.xy)
    u = ((torch.from_numpy(arrows.xy) - model.center) / model.spread).requires_grad_()
    f = model.discriminator(u.reshape(n // m, 2 * m))[:, 0]
    (n // m * OBJECTIVES[model.config.objective].generator(f)).backward()
    np.testing.assert_allclose(arrows.uv, -u.grad.numpy(), rtol=1e-3, atol=1e-6)
    assert np.abs(arrows.uv).max() > 0


def test_infinite_gradients_are_told_and_not_drawn():
    s = gan(objective="forward-kl")
    with torch.no_grad():
        s.model.discriminator[-1].weight.mul_(1e8)
    (frame,) = frames(s, "samples")
    (arrows,) = (layer for layer in frame.layers if isinstance(layer, Field))
    assert np.isfinite(arrows.uv).all()
    assert len(arrows.uv) < 120
    assert "gradients are infinite" in frame.note


def test_layers_can_be_switched_off_and_trails_end_at_the_arrows():
    s = gan()
    (frame,) = frames(s, "samples", grid=True)
    assert [type(layer) for layer in frame.layers] == [Density, Grid, Field, Points, Points, Points]
    arrows, probes = frame.layers[2:4]
    np.testing.assert_allclose(probes.xy, arrows.xy[: len(probes.xy)])
    for _ in range(3):
        s.step()
    (later,) = frames(s, "samples")
    again = later.layers[2]
    assert again.trail == probes.trail != ""
    assert again.xy.shape == probes.xy.shape
    assert not np.array_equal(again.xy, probes.xy)
    (bare,) = frames(s, "samples", heat="none", points=False, gradient=False)
    assert [layer.role for layer in bare.layers] == ["model"]


@pytest.mark.parametrize(("scale", "limits"), [(0.01, (0.4, 0.6)), (100.0, (0.0, 1.0))])
def test_the_colours_of_a_flat_d_span_less(scale, limits):
    s = gan()
    with torch.no_grad():
        s.model.discriminator[-1].weight.mul_(scale)
    (frame,) = frames(s, "samples")
    assert (frame.layers[0].low, frame.layers[0].high) == limits
    assert frame.subtitle == ("on the map of D from 0.4 to 0.6" if scale < 1 else "on the map of D")


def test_the_map_is_d_and_its_ratio_the_logit():
    s = gan()
    (plain,), (ratio,) = frames(s, "samples"), frames(s, "samples", heat="ratio")
    d, r = (frame.layers[0].values.astype(float) for frame in (plain, ratio))
    np.testing.assert_allclose(r, np.log(d / (1 - d)), atol=1e-4)
    x0, x1, y0, y1 = plain.layers[0].extent
    rows, columns = d.shape
    point = torch.tensor([[x0 + 10.5 * (x1 - x0) / columns, y0 + 50.5 * (y1 - y0) / rows]])
    exact = torch.sigmoid(s.model.discriminator(s.model.units.to_units(point)))
    assert d[50, 10] == pytest.approx(float(exact.detach()), abs=1e-5)


def test_a_critic_s_map_runs_from_its_mean_on_samples_to_that_on_data():
    s = gan(objective="wasserstein")
    for _ in range(5):
        s.step()
    (frame,) = frames(s, "samples")
    assert "from its mean on samples" in frame.note
    values = frame.layers[0].values
    assert values.min() >= 0
    assert values.max() <= 1


def test_the_manifold_goes_from_the_noise_to_the_samples():
    s = gan(layers_g=0)
    affine(s, [[0.5, 0.2], [0.0, 1.5]], [0.3, 0.0])
    start, half, end = (frames(s, "manifold", t=t)[0].layers[1].xy for t in (0.0, 0.5, 1.0))
    np.testing.assert_allclose(half, 0.5 * (start + end), atol=1e-5)
    z = (start - s.model.center.numpy()) / float(s.model.spread)
    assert z.max() == pytest.approx(2.5, rel=1e-5)
    np.testing.assert_allclose(end, z @ np.array([[0.5, 0.0], [0.2, 1.5]]) + [0.3, 0.0], atol=1e-5)


def test_noise_is_coloured_by_the_mode_that_it_becomes():
    s = gan(layers_g=0)
    affine(s, [[4.0, 0.0], [0.0, 0.0]], [0.0, 0.0])  # a line through the modes in the east and in the west
    (frame,) = frames(s, "latent")
    between, points = frame.layers
    assert points.classes == WINDS
    assert len(between.xy) + len(points.xy) == 1500
    x, away = 4 * points.xy[:, 0], 4 * between.xy[:, 0]
    assert set(points.label.tolist()) == {0, 4}
    np.testing.assert_array_less(np.abs(x - np.where(points.label == 0, 2, -2)), 0.6001)
    assert (np.abs(np.abs(away) - 2) > 0.5999).all()


# Densities


def test_the_density_of_an_affine_generator_is_the_gaussian_and_sums_to_1():
    s = gan(layers_g=0)
    weight, bias = np.array([[0.5, 0.2], [0.0, 0.6]]), [0.3, -0.1]
    affine(s, weight.tolist(), bias)
    *_, last = frames(s, "density", scale="linear")
    layer = last.layers[0]
    x0, x1, y0, y1 = layer.extent
    n = len(layer.values)
    assert layer.values.sum() * (x1 - x0) * (y1 - y0) / n**2 == pytest.approx(1.0, abs=1e-3)
    middle = x0 + (np.arange(n) + 0.5) * (x1 - x0) / n, y0 + (np.arange(n) + 0.5) * (y1 - y0) / n
    exact = stats.multivariate_normal(bias, weight @ weight.T).pdf(np.stack(np.meshgrid(*middle), -1))
    np.testing.assert_allclose(layer.values, exact, atol=0.01 * exact.max())
    assert "data" in last.layers[1].name


def test_one_noise_dimension_has_no_density_and_every_card_says_so():
    s = gan(latent=1)
    (density,), (optimal,), (bars,) = (frames(s, view) for view in ("density", "optimal", "divergences"))
    assert density.subtitle.startswith("no density")
    assert optimal.subtitle == "no density: D* is 0 on the curve, 1 elsewhere"
    assert (optimal.layers[0].values == 1).all()
    assert isinstance(optimal.layers[1], Lines)
    assert bars.values[0] == pytest.approx(math.log(2))
    assert bars.labels == ("JSD, exact", "JSD, est.", "KL(p_data‖p_θ), est.", "KL(p_θ‖p_data), est.")


def test_masses_of_two_gaussians_have_the_divergence_and_the_optimum_of_their_densities():
    axis = np.linspace(-6, 6, 241)
    p, q = (np.outer(stats.norm.pdf(axis), stats.norm.pdf(axis, m)) * 0.05**2 for m in (-0.5, 0.5))
    both = Comparison(p, q)
    jsd, forward, reverse = both.divergences()
    assert forward == pytest.approx(0.5, abs=2e-3)
    assert reverse == pytest.approx(0.5, abs=2e-3)
    assert jsd == pytest.approx(jensen_shannon(p, q), abs=1e-6)
    np.testing.assert_allclose(both.log_ratio(), np.tile(-axis, (241, 1)), atol=1e-9)
    np.testing.assert_allclose(both.optimal(), 1 / (1 + np.exp(np.tile(axis, (241, 1)))), atol=1e-12)
    game = OBJECTIVES["minimax"]
    assert value_of(game, both.log_ratio(), both) == pytest.approx(-math.log(4) + 2 * jsd, abs=1e-6)


@pytest.mark.parametrize("name", [name for name, game in OBJECTIVES.items() if game.optimal is not None])
def test_no_discriminator_has_a_larger_value_than_the_optimal_one(name):
    rng = np.random.default_rng(0)
    both = Comparison(rng.dirichlet(np.ones(12)).reshape(3, 4), rng.dirichlet(np.ones(12)).reshape(3, 4))
    best = OBJECTIVES[name].optimal(torch.from_numpy(both.log_ratio())).numpy()
    value = value_of(OBJECTIVES[name], best, both)
    for scale in (0.01, 0.1, 1.0):
        assert value_of(OBJECTIVES[name], best + scale * rng.standard_normal((3, 4)), both) < value + 1e-12


def test_disjoint_masses_and_mass_elsewhere():
    left, right = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
    jsd, forward, _ = Comparison(left, right).divergences()
    assert jsd == pytest.approx(math.log(2))
    assert 5 < forward < math.inf
    assert Comparison(left, right).uncovered() == 1
    empty = Comparison(np.array([[1.0, 0.0, 0.0]]), np.array([[0.0, 0.0, 1.0]]))
    assert empty.optimal().tolist() == [[1.0, 0.5, 0.0]]
    assert empty.log_ratio().tolist() == [[30.0, 0.0, -30.0]]
    same = np.array([[0.2, 0.3]])  # half of either lies elsewhere
    assert Comparison(same, same).divergences()[0] == pytest.approx(0.0, abs=1e-12)
    assert Comparison(same, same).uncovered() == 0


def test_the_optimal_discriminator_of_equal_densities_is_one_half_and_l_is_minus_log_4():
    s = gan("two-gaussians:distance=0,std=1,n=1000", layers_g=0, layers_d=0)
    affine(s, [[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0])
    (layer,) = s.model.discriminator
    torch.nn.init.zeros_(layer.weight)
    torch.nn.init.zeros_(layer.bias)
    first, *_, last = frames(s, "optimal")
    assert "being computed" in first.subtitle
    values, (x0, x1, y0, y1) = last.layers[0].values, last.layers[0].extent
    rows, columns = values.shape
    assert (x1 - x0) / columns == pytest.approx((y1 - y0) / rows)
    assert x1 - x0 > 1.6 * (y1 - y0)  # fills a card as wide as this
    assert last.extent == pytest.approx((-(y1 - y0) / 2 + (x0 + x1) / 2, (y1 - y0) / 2 + (x0 + x1) / 2, y0, y1))
    centre = values[rows // 2 - 30 : rows // 2 + 30, columns // 2 - 30 : columns // 2 + 30]
    np.testing.assert_allclose(centre, 0.5, atol=0.02)
    best, learned, lacks = (float(word.replace("−", "-")) for word in re.findall(r"[−\d]+\.\d+", last.note))
    assert learned == pytest.approx(-math.log(4), abs=1e-3)
    assert best == pytest.approx(-math.log(4), abs=3e-3)  # a mesh of z ends at four standard deviations
    assert lacks == pytest.approx(0, abs=3e-3)
    (again, *_) = frames(s, "optimal", shown="ratio")
    assert "exact log p_data/p_θ" in again.subtitle  # the data's density is known from the first time


def test_divergences_exact_and_estimated_with_their_null():
    s = gan("two-gaussians:distance=0,std=1,n=1000", layers_g=0)
    affine(s, [[1.0, 0.0], [0.0, 1.0]], [1.0, 0.0])
    *_, frame = frames(s, "divergences")
    value = dict(zip(frame.labels, frame.values, strict=True))
    assert value["KL(p_data‖p_θ), smoothed"] == pytest.approx(0.5, abs=0.01)  # unit Gaussians one apart
    assert value["KL(p_θ‖p_data), smoothed"] == pytest.approx(0.5, abs=0.01)
    null = dict(zip(frame.labels, frame.reference, strict=True))
    assert null["JSD, exact"] == 0
    assert 0 < null["JSD, est."] < value["JSD, est."]
    assert (frame.errors[:3] < 0.01).all()
    assert (frame.errors[3:] > 0).all()


def test_estimates_from_samples_are_biased_upwards_by_about_the_null():
    rng = np.random.default_rng(1)
    a, b = (histogram(rng.standard_normal((2500, 2)), (-4, 4, -4, 4), 20) for _ in range(2))
    assert a.sum() == b.sum() == 2500
    values = sample_divergences(a, b)
    assert all(0.005 < value < 0.1 for value in values)
    assert sample_divergences(a, a) == (0.0, 0.0, 0.0)
    assert histogram(np.array([[9.0, 9.0], [-3.9, -3.9]]), (-4, 4, -4, 4), 20)[[0, -1]].tolist() == [1, 1]


def test_noise_of_three_dimensions_and_packs_hide_what_cannot_be_known():
    shown = {
        name: {view for view, declared in views_of(GAN).items() if declared.applies(GAN, build(GAN.Config, values))}
        for name, values in {"three": {"latent": 3}, "packs": {"pac": 2}}.items()
    }
    assert not {"density", "optimal", "manifold"} & shown["three"]
    assert "optimal" not in shown["packs"]
    (bars,) = frames(gan(latent=3), "divergences")
    assert "3 noise dimensions" in bars.subtitle
    assert len(bars.values) == 3


def test_what_depends_on_the_smoothing_is_not_called_exact(monkeypatch):
    s = gan("ring8:n=1000")
    *_, frame = frames(s, "divergences")
    monkeypatch.setattr(comparison, "SPREAD", 1e-2)
    *_, other = frames(s, "divergences")
    moved = {
        label for label, one, two in zip(frame.labels, frame.values, other.values, strict=True)
        if abs(one - two) > 1e-9 * abs(one)
    }  # fmt: skip
    assert len(moved) == 2
    assert moved == {label for label in frame.labels if label.endswith("smoothed")}
    assert not {label for label in moved if "exact" in label}
