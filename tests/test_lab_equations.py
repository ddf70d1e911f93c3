"""What every lab says of itself: its setting, its equations with their values, and its scenes."""

from __future__ import annotations

import dataclasses
import math
import random
from typing import Any

import numpy as np
import pytest
import torch

import models
from explorer.engine import Request, RequestQueue
from explorer.engine.host.snapshot import SnapshotMaker
from explorer.engine.lab import open_lab
from models.gan.dirac.dynamics import GAMES, SIGNS, DiracGame
from models.gan.non_overlap.noisy import overlapping
from models.gan.non_overlap.supports import Supports
from models.protocol import Lab, build, params_of, views_of
from models.vae.mean_field.gaussians import Correlated, Factorised

LABS = {
    name: page for family in models.FAMILIES for name, page in family.pages.items() if issubclass(page, Lab)
}  # fmt: skip
_DRAWN = 15  # configs of each lab beside its presets
_PARAGRAPH = 280  # characters: about seven lines of Explain


def _drawn(page: type[Lab], rng: random.Random) -> Any:
    """A config with every parameter drawn between its limits."""
    values: dict[str, Any] = {}
    for name, declared in params_of(page.Config).items():
        if declared.choices:
            values[name] = rng.choice(list(declared.choices))
        elif declared.type is bool:
            values[name] = rng.random() < 0.5
        elif declared.type is int:
            values[name] = rng.randint(int(declared.low), int(declared.high))
        else:
            share = rng.choice((0.0, 1.0, rng.random(), rng.random(), rng.random()))
            low, high = declared.low, declared.high
            values[name] = low * (high / low) ** share if declared.log else low + share * (high - low)
            values[name] = min(max(values[name], low), high)
    return build(page.Config, values)


def _configs(page: type[Lab]) -> list[Any]:
    rng = random.Random(0)
    return [
        page.Config(),
        *(build(page.Config, dict(preset.config)) for preset in page.presets),
        *(_drawn(page, rng) for _ in range(_DRAWN)),
    ]


@pytest.mark.parametrize("name", LABS)
def test_a_lab_says_in_two_sentences_what_it_is(name) -> None:
    about = LABS[name].about
    assert about.endswith(".")
    assert 1 <= len(about.split(". ")) <= 2


@pytest.mark.parametrize("name", LABS)
def test_what_to_look_at_is_at_most_two_short_paragraphs(name) -> None:
    paragraphs = LABS[name].look_at.split("\n\n")
    assert 1 <= len(paragraphs) <= 2
    assert max(map(len, paragraphs)) <= _PARAGRAPH


@pytest.mark.parametrize("name", LABS)
def test_scenes_have_two_to_four_cards_and_all_views_a_place(name) -> None:
    page = LABS[name]
    assert {view for scene in page.scenes for view in scene.views} == set(views_of(page))
    for scene in page.scenes:
        assert 2 <= len(scene.views) <= 4
        assert len(set(scene.views)) == len(scene.views)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", LABS)
def test_every_term_has_a_value_and_sums_are_right(name) -> None:
    page = LABS[name]
    for config in _configs(page):
        objective, values = page.objective_of(config), page(config).values()
        assert objective is not None
        for form in objective.forms:
            assert form.title
            contributions = [term.value(values[term.metric], config) for term in form.terms]
            assert not any(map(math.isnan, contributions))
            if form.total is not None:
                total = form.total.value(values[form.total.metric], config)
                size = max(1.0, *map(abs, contributions))
                assert sum(contributions) == pytest.approx(total, abs=1e-9 * size), (form.title, config)


@pytest.mark.parametrize("name", LABS)
def test_values_do_not_change_when_they_are_asked_again(name) -> None:
    page = LABS[name]
    assert page(page.Config()).values() == page(page.Config()).values()


@pytest.mark.parametrize("name", LABS)
def test_a_snapshot_of_a_lab_has_its_values(name) -> None:
    page = LABS[name]
    opened = open_lab(page, page.Config())
    snapshot, _ = SnapshotMaker().snapshot(opened, RequestQueue(), training=False)
    assert dict(snapshot.last) == dict(page(page.Config()).values())
    assert opened.last is opened.last, "values are computed once for a config"


def picture(name: str, view: str, **values: Any) -> Any:
    """The last frame of a view of a lab."""
    return open_lab(LABS[name], build(LABS[name].Config, values)).viewer.last_frame(Request(view))


def values_of(name: str, **values: Any) -> dict[str, float]:
    """The values of a lab."""
    return dict(LABS[name](build(LABS[name].Config, values)).values())


def bars(frame: Any) -> dict[str, float]:
    """Values of a bar chart by label."""
    return dict(zip(frame.labels, frame.values.tolist(), strict=True))


def curves(frame: Any) -> dict[str, Any]:
    """Series by key."""
    return {series.key: series for series in frame.series}


def points(frame: Any, name: str) -> np.ndarray:
    """The points of a layer of a plane."""
    (layer,) = [layer for layer in frame.layers if getattr(layer, "name", "") == name and hasattr(layer, "size")]
    return layer.xy


# One number, one value: Explain and the pictures


@pytest.mark.parametrize("posterior", ["gaussian", "bimodal"])
def test_elbo_is_that_of_the_bars(posterior) -> None:
    chosen = {"m": 0.7, "s": 0.9, "steps": 5, "posterior": posterior}
    values, shown = values_of("elbo", **chosen), bars(picture("elbo", "terms", **chosen))
    assert shown["log p(x)"] == values["log_evidence"]
    assert shown["ELBO"] == values["elbo"]
    assert shown["KL(q ‖ p(z|x)), the gap"] == values["gap"]
    assert shown["form 1: −E[log q(z)]"] == values["entropy"]
    assert shown["form 2: −KL(q ‖ p(z))"] == values["prior"]
    constant = curves(picture("elbo", "integrand", **chosen))
    assert constant["elbo"].y[0] == pytest.approx(values["elbo"], abs=1e-12)
    assert constant["evidence"].y[0] == values["log_evidence"]


def test_mean_field_is_that_of_bars_ellipses_and_curves() -> None:
    chosen = {"rho": 0.7, "std_2": 0.5, "updates": 3}
    values, shown = values_of("mean-field", **chosen), bars(picture("mean-field", "divergences", **chosen))
    assert shown["KL(q ‖ p), q after 3 updates"] == values["divergence"]
    assert shown["KL(q ‖ p), narrow q: least"] == pytest.approx(values["gap"], abs=1e-12)
    ascent = curves(picture("mean-field", "ascent", **chosen))
    assert ascent["kl"].y[3] == values["divergence"]
    ellipses = picture("mean-field", "ellipses", **chosen)
    (best,) = [layer for layer in ellipses.layers if getattr(layer, "name", "").startswith("narrow q")]
    assert best.axes[0] ** 2 == pytest.approx([values["variance_1"], values["variance_2"]], abs=1e-12)


@pytest.mark.parametrize("by", ["m", "s"])
def test_reparameterization_is_that_of_the_curves(by) -> None:
    chosen = {"by": by, "shift": -3.0, "f": "quadratic"}
    values = values_of("reparameterization", **chosen)
    spread = curves(picture("reparameterization", "spread", **chosen))
    for estimator in ("reparameterised", "score", "baseline"):
        assert spread[f"{estimator}.exact"].y[0] ** 2 == pytest.approx(values[estimator], rel=1e-12)
    assert curves(picture("reparameterization", "estimates", **chosen))["exact"].y[0] == values["gradient"]
    assert curves(picture("reparameterization", "history", **chosen))["mean"].y[0] == values["expectation"]


def test_dirac_gan_is_that_of_curves_and_plane() -> None:
    chosen = {"cure": "r1", "gamma": 0.4, "steps": 7, "theta": 0.8, "psi": -0.6}
    values = values_of("dirac-gan", **chosen)
    assert curves(picture("dirac-gan", "distance", **chosen))["updates"].y[-1] == values["distance"]
    players, h = curves(picture("dirac-gan", "players", **chosen)), 0.2
    assert (players["theta"].y[1] - players["theta"].y[0]) / h == pytest.approx(values["v_theta"], abs=1e-12)
    assert (players["psi"].y[1] - players["psi"].y[0]) / h == pytest.approx(values["v_psi"], abs=1e-12)
    plane = picture("dirac-gan", "eigenvalues", **chosen)
    flow, rounds = points(plane, "flow"), points(plane, "round, h = 0.2")
    assert sorted(flow[:, 0]) == pytest.approx(sorted((values["real_1"], values["real_2"])), abs=1e-12)
    assert np.abs(flow[:, 1]).max() == pytest.approx(values["imaginary"], abs=1e-12)
    growth = np.hypot(*rounds.T) - 1
    assert sorted(growth) == pytest.approx(sorted((values["growth_1"], values["growth_2"])), abs=1e-11)


def test_a_field_that_jumps_has_no_eigenvalues() -> None:
    page = LABS["dirac-gan"]
    config = build(page.Config, {"game": "penalty"})
    objective = page.objective_of(config)
    assert objective is not None
    assert "growth_1" not in page(config).values()
    assert not [form for form in objective.forms if "Eigenvalues" in form.title]


def test_optimal_discriminator_is_that_of_bars_and_planes() -> None:
    chosen = {"x": 0.3, "d": 0.2, "data_gap": 2.0}
    values, shown = (
        values_of("optimal-discriminator", **chosen),
        picture("optimal-discriminator", "objective", **chosen),
    )
    heights = bars(shown)
    assert heights["L(D*)"] == values["objective"]
    assert heights["2 JSD"] == values["two_jsd"]
    assert heights["−log 4"] == values["log_4"]
    assert heights["KL(data ‖ mean)"] == values["kl_data"]
    densities = picture("optimal-discriminator", "densities", **chosen)
    assert points(densities, "D* at x")[0, 1] == values["d_star"]
    function = picture("optimal-discriminator", "function", **chosen)
    assert points(function, "D")[0, 1] == values["at_x"]


def test_divergences_are_those_of_bars_and_curves() -> None:
    chosen = {"m": 2.0, "mu": 0.5, "s": 1.2, "atoms": 20, "missing": 3}
    values, shown = values_of("divergences", **chosen), picture("divergences", "values_of_q", **chosen)
    assert shown.values.tolist() == [values[key] for key in ("forward", "reverse", "jsd", "wasserstein")]
    missing = curves(picture("divergences", "missing", **chosen))
    here = missing["reverse"].x.tolist().index(20)
    assert missing["reverse"].y[here] == values["missing_reverse"] == pytest.approx(math.log(20 / 17))
    assert missing["jsd"].y[here] == values["missing_jsd"]
    assert values["missing_forward"] == math.inf


def test_what_has_a_floor_of_mass_is_called_smoothed() -> None:
    missing = picture("divergences", "missing")
    dashed = [series for series in missing.series if series.dashed]
    assert dashed
    assert "dashed: smoothed" in missing.subtitle


def test_likelihood_ratio_is_that_of_risk_and_densities() -> None:
    chosen = {"x": -0.4, "ratio": 3.0, "n": 500}
    values, risk = values_of("likelihood-ratio", **chosen), picture("likelihood-ratio", "risk", **chosen)
    for name in ("log", "brier", "exponential"):
        series = curves(risk)[name]
        assert series.x[np.nanargmin(series.y)] == pytest.approx(values[f"best_{name}"], abs=0.02)  # of the grid
    assert f"P(y = 1|x) = {values['probability']:.3f}" in risk.subtitle
    assert picture("likelihood-ratio", "shift", **chosen).marker == values["log_numbers"] == math.log(3.0)
    densities = picture("likelihood-ratio", "densities", **chosen)
    (eta,) = [layer.xy for layer in densities.layers if getattr(layer, "name", "") == "P(y = 1|x)"]
    assert np.interp(-0.4, *eta.T) == pytest.approx(values["probability"], abs=1e-6)


def test_discrete_is_that_of_the_bars() -> None:
    chosen = {"bit": 2, "n": 7, "data": "pair", "bits": 4}
    values, shown = values_of("discrete-gan", **chosen), picture("discrete-gan", "gradient", **chosen)
    heights = bars(shown)
    assert heights["exact"] == pytest.approx(values["gradient"], abs=1e-12)
    assert heights["straight-through"] == pytest.approx(values["straight_mean"], abs=1e-12)
    assert shown.errors is not None
    errors = dict(zip(shown.labels, shown.errors.tolist(), strict=True))
    assert 7 * errors["score function"] ** 2 == pytest.approx(values["score_variance"], rel=1e-12)
    assert 7 * errors["score function, baseline"] ** 2 == pytest.approx(values["baseline_variance"], rel=1e-12)
    strings = bars(picture("discrete-gan", "distribution", **chosen))
    ones = sum(mass for string, mass in strings.items() if string[1] == "1")
    assert ones == pytest.approx(values["chance"], abs=1e-12)


@pytest.mark.parametrize("chosen", [{}, {"support": "disks", "theta": 0.5}, {"sigma": 0.4}, {"theta": 0.0}])
def test_supports_apart_are_those_of_the_sweep(chosen) -> None:
    page = LABS["non-overlap"]
    lab = page(build(page.Config, chosen))
    values, sweep = lab.values(), views_of(page)["sweep"]
    for frame in sweep(lab):
        exact = curves(frame)
        if len(exact["jsd"].x) == len({*np.linspace(-1.0, 2.0, 61), -1e-9, 1e-9}):
            break
    for key in ("jsd", "tv", "w1"):
        at = np.abs(exact[key].x - lab.config.theta).argmin()
        assert exact[key].y[at] == pytest.approx(values[key], abs=1e-6)
    assert f"JSD {values['jsd']:.4f}" in frame.note
    closed = curves(picture("non-overlap", "closed_form", **chosen))
    for key, name in (("closed_minimax", "minimax"), ("closed_rival", "non-saturating")):
        assert np.interp(5.0, closed[name].x, closed[name].y) == pytest.approx(values[key], rel=1e-2)


def test_noisy_disks_leave_out_what_takes_long() -> None:
    page = LABS["non-overlap"]
    config = build(page.Config, {"support": "disks", "sigma": 0.5})
    objective = page.objective_of(config)
    assert objective is not None
    wanted = {term.metric for form in objective.forms for term in form.terms}
    assert wanted == page(config).values().keys() == {"closed_minimax", "closed_rival"}


def test_a_config_can_be_replaced_and_gives_other_values() -> None:
    lab = LABS["elbo"](LABS["elbo"].Config())
    other = LABS["elbo"](dataclasses.replace(lab.config, m=1.0))
    assert other.values()["elbo"] != lab.values()["elbo"]
    assert other.values()["log_evidence"] == lab.values()["log_evidence"]


# Closed forms


def test_parts_of_the_mean_field_divergence_are_those_of_torch() -> None:
    p = Correlated(0.8, 1.3, 0.6)
    q = Factorised(np.array([0.4, -1.1]), np.array([0.5, 0.9]))
    whole = torch.distributions.MultivariateNormal(torch.zeros(2, dtype=torch.float64), torch.from_numpy(p.covariance))
    own = torch.distributions.MultivariateNormal(torch.from_numpy(q.mean), torch.diag(torch.from_numpy(q.variance)))
    of_means, of_variances, gap = p.parts_from_q(q)
    assert of_means + of_variances + gap == pytest.approx(
        float(torch.distributions.kl_divergence(own, whole)), abs=1e-12
    )
    centred = Factorised(np.zeros(2), q.variance)
    assert of_means == pytest.approx(p.from_q(q) - p.from_q(centred), abs=1e-12)
    assert p.parts_from_q(p.best()) == pytest.approx((0.0, 0.0, -0.5 * math.log(1 - 0.8**2)), abs=1e-12)


GAMES_AND_CURES = [(game, cure, sign) for game in GAMES for cure in ("none", "r1", "noise") for sign in SIGNS]


@pytest.mark.parametrize(("game", "cure", "sign"), GAMES_AND_CURES)
def test_the_field_of_the_dirac_gan_is_the_gradient_of_its_objective(game, cure, sign) -> None:
    played = DiracGame(game, cure, gamma=0.7, std=0.8, weight=1.3, target=0.6, sign=sign)
    theta, psi, step = 0.7, -0.9, 1e-5

    def slope(of: str, by_theta: float, by_psi: float) -> float:
        ahead, behind = (played.objective(theta + s * by_theta, psi + s * by_psi)[of] for s in (step, -step))
        return (ahead - behind) / (2 * step)

    v_theta, v_psi = played.field(theta, psi)
    assert v_psi == pytest.approx(slope("objective", 0, 1), abs=1e-9)
    if game != "non-saturating":
        assert v_theta == pytest.approx(-slope("objective", 1, 0), abs=1e-9)


def test_the_dirac_objective_at_a_point_is_the_formula() -> None:
    theta, psi = 1.0, 0.5
    values = values_of("dirac-gan", theta=theta, psi=psi, cure="r1", gamma=0.3)
    assert values["on_sample"] == pytest.approx(-math.log1p(math.exp(-theta * psi)), abs=1e-14)
    assert values["on_data"] == pytest.approx(-math.log(2.0), abs=1e-14)
    assert values["r1"] == pytest.approx(-0.15 * psi**2, abs=1e-14)
    lecture = values_of("dirac-gan", theta=theta, psi=psi, sign="lecture")
    d = 1 / (1 + math.exp(-psi * theta))
    assert lecture["on_sample"] == pytest.approx(math.log(1 - d), abs=1e-14)
    assert (lecture["v_theta"], lecture["v_psi"]) == pytest.approx((psi * d, -theta * d), abs=1e-14)
    eigenvalues = values_of("dirac-gan", cure="r1", gamma=0.3)  # −γ/2 ± √(γ²/4 − ¼)
    assert eigenvalues["real_1"] == eigenvalues["real_2"] == pytest.approx(-0.15, abs=1e-14)
    assert eigenvalues["imaginary"] == pytest.approx(math.sqrt(0.25 - 0.15**2), abs=1e-14)


def test_the_optimal_discriminator_of_equal_densities_is_one_half() -> None:
    values = values_of("optimal-discriminator", model_mean=-0.8, model_std=0.6, d=0.5, x=-0.8)
    density = 1 / (0.6 * math.sqrt(2 * math.pi))
    assert values["d_star"] == pytest.approx(0.5, abs=1e-14)
    assert values["at_data"] == values["at_model"] == pytest.approx(-density * math.log(2.0), abs=1e-14)
    assert values["objective"] == pytest.approx(-math.log(4.0), abs=1e-10)
    assert values["two_jsd"] == pytest.approx(0.0, abs=1e-12)


def test_the_logit_of_two_gaussians_is_a_parabola() -> None:
    values = values_of("likelihood-ratio", x=0.25, ratio=4.0, n=100)
    wanted = math.log(1.1 / 0.8) - 0.5 * ((0.25 + 0.8) / 0.8) ** 2 + 0.5 * ((0.25 - 0.8) / 1.1) ** 2
    assert values["log_ratio"] == pytest.approx(wanted, abs=1e-13)
    assert values["F_star"] == pytest.approx(wanted + math.log(4.0), abs=1e-13)
    assert values["best_hinge"] == math.copysign(1.0, values["F_star"])


def test_supports_that_are_apart_have_jsd_log_2_and_a_gradient_that_dies() -> None:
    values = values_of("non-overlap", theta=0.75, a=1e4)
    assert (values["jsd"], values["w1"], values["kl"]) == (math.log(2.0), 0.75, math.inf)
    assert values["closed_minimax"] == 0.0
    assert values["closed_rival"] == pytest.approx(1e4)
    noisy = values_of("non-overlap", theta=0.75, sigma=0.5)
    assert noisy["kl"] == pytest.approx(0.5 * (0.75 / 0.5) ** 2)
    step = 1e-4
    ahead, behind = (overlapping(Supports("segments"), 0.75 + s, 0.5).divergences.jensen_shannon for s in (step, -step))
    assert noisy["noisy_minimax"] == pytest.approx((ahead - behind) / step, abs=1e-6)  # the slope of 2 JSD


def test_the_gradient_of_the_discrete_lab_is_that_of_autograd() -> None:
    values = values_of("discrete-gan", bits=2, bit=2, data="pair")
    theta = torch.tensor([-0.5, 0.8], dtype=torch.float64, requires_grad=True)
    strings = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=torch.float64)
    mass = torch.where(strings == 1, torch.sigmoid(theta), torch.sigmoid(-theta)).prod(dim=1)
    data = torch.tensor([0.495, 0.005, 0.005, 0.495], dtype=torch.float64)
    loss = (mass * torch.log(mass.detach() / (data + mass.detach()))).sum()  # log(1 − D*)
    loss.backward()
    assert values["loss"] == pytest.approx(loss.item(), abs=1e-12)
    assert values["gradient"] == pytest.approx(theta.grad[1].item(), abs=1e-11)
    assert values["chance"] == pytest.approx(torch.sigmoid(theta)[1].item(), abs=1e-14)
