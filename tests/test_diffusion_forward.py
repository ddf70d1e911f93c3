"""The pictures of the forward process against Bayes' rule on grids, brute force and the formulae of the papers."""

from __future__ import annotations

import dataclasses
import math
import re
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from scipy.spatial import Delaunay
from torch import Tensor

from explorer.data import open_dataset
from explorer.engine import Request
from explorer.engine.lab import open_lab
from models.diffusion.forward_process import ForwardProcessLab
from models.diffusion.forward_process.known import noise_like
from models.diffusion.forward_process.marginal_views import cell_means
from models.diffusion.forward_process.optimum import Optimum, count_of
from models.diffusion.forward_process.smooth_views import between
from models.diffusion.process import SCHEDULES, T_MIN, NoisedMixture
from models.protocol import BadValue, DataBatch, TimeStep

AREA = (6 / 80) ** 2  # of a cell of the maps


@cache
def opened(data: str, **config: Any) -> Any:
    return open_lab(ForwardProcessLab, ForwardProcessLab.Config(**config), data)


def picture(name: str, data: str = "ring8", t: float | None = None, **config: Any) -> Any:
    inputs = {} if t is None else {"time": TimeStep(t)}
    return opened(data, **config).viewer.last_frame(Request(name, inputs))


def in_units(x: np.ndarray, data: str = "ring8") -> np.ndarray:
    """Data with the mean and the mean variance of the training data taken away, (n, d)."""
    train = open_dataset(data).train.x.astype(float).reshape(len(open_dataset(data).train.x), -1)
    return (x.astype(float).reshape(len(x), -1) - train.mean()) / math.sqrt(((train - train.mean()) ** 2).mean())


def planar(x: np.ndarray, data: str = "ring8") -> np.ndarray:
    """As `in_units`, with a mean for each coordinate."""
    train = open_dataset(data).train.x.astype(float)
    return (x.astype(float) - train.mean(0)) / math.sqrt(train.var(0).mean())


def digits(n: int) -> np.ndarray:
    """The first training images, 0 to 1, (n, 64)."""
    return open_dataset("digits").train.x[:n].reshape(n, 64) / 16


def train(n: int, data: str = "ring8") -> np.ndarray:
    return (in_units if data == "digits" else planar)(open_dataset(data).train.x[:n], data)


def level(t: float, schedule: str = "linear") -> tuple[float, float]:
    at = SCHEDULES[schedule].at(torch.tensor(t, dtype=torch.float64))
    return float(at.alpha), float(at.sigma)


def softmax(logits: np.ndarray) -> np.ndarray:
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)


def by_hand(x: np.ndarray, data: np.ndarray, alpha: float, sigma: float) -> np.ndarray:
    """Weights of data (n, d) at x_t (k, d), (k, n)."""
    return softmax(-((x[:, None] - alpha * data) ** 2).sum(2) / (2 * sigma**2))


@cache
def ring() -> tuple[np.ndarray, float]:
    """Centres and standard deviation of the ring in standard units."""
    data = open_dataset("ring8")
    wide = math.sqrt(data.train.x.astype(float).var(0).mean())
    return planar(2 * np.array([[math.cos(a), math.sin(a)] for a in np.arange(8) * math.pi / 4])), 0.2 / wide


def density(x0: np.ndarray) -> np.ndarray:
    """Density of the ring, (n, 2) to (n,)."""
    centers, std = ring()
    square = ((x0[:, None] - centers) ** 2).sum(2)
    return np.exp(-square / (2 * std**2)).mean(1) / (2 * math.pi * std**2)


def grid(side: int, reach: float = 3.0) -> np.ndarray:
    """Middles of cells, (side², 2), the first row at the bottom."""
    at = reach * ((2 * np.arange(side) + 1) / side - 1)
    return np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)


# Under noise


def formulae(t: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """α² and σ² of the papers; cosine and sigmoid end at a log-SNR of −10."""
    kept = np.exp(-(0.1 * t + 0.5 * 19.9 * t**2))  # Song et al., 2021, equation 33
    start = math.pi / 2 * 0.008 / 1.008  # Nichol and Dhariwal, 2021, equation 17
    angle = start + t * (math.atan(math.exp(5.0)) - start)
    sigmoid = lambda u: 1 / (1 + np.exp(-u))  # noqa: E731
    gamma = (sigmoid(3.0) - sigmoid(6 * t - 3)) / (sigmoid(3.0) - sigmoid(-3.0))  # Jabri et al., 2022
    rest = (1 - gamma) * sigmoid(10.0)
    return {
        "linear": (kept, 1 - kept),
        "cosine": (np.cos(angle) ** 2, np.sin(angle) ** 2),
        "sigmoid": (1 - rest, rest),
        "exploding": (np.ones_like(t), (0.01 * 5000**t) ** 2),
    }


def test_curves_of_the_schedules_are_the_formulae_of_the_papers() -> None:
    frame = picture("schedules", t=0.4, schedule="cosine")
    assert frame.marker == 0.4
    curves = {series.key: series for series in frame.series}
    assert len(curves) == 12
    assert {series.label for series in frame.series if not series.dotted} == {"Cosine"}
    for name, (kept, added) in formulae(frame.series[0].x).items():
        np.testing.assert_allclose(curves[f"alpha_{name}"].y ** 2, kept, atol=1e-10)
        np.testing.assert_allclose(curves[f"log_snr_{name}"].y, np.log(kept / added), atol=1e-8)
        drawn = np.sqrt(added) <= 1.2
        np.testing.assert_allclose(curves[f"sigma_{name}"].y[drawn] ** 2, added[drawn], atol=1e-10)
        assert np.isnan(curves[f"sigma_{name}"].y[~drawn]).all()


@pytest.mark.parametrize("schedule", ["linear", "exploding"])
def test_points_dissolve_with_the_same_noise_at_all_times(schedule) -> None:
    x0 = planar(open_dataset("ring8").train.x[:2000])
    found = []
    for t in (0.2, 0.7):
        alpha, sigma = level(t, schedule)
        points = picture("points_noised", t=t, schedule=schedule).layers[0]
        found.append((points.xy[:2000] * math.hypot(alpha, sigma) - alpha * x0[: len(points.xy)]) / sigma)
    np.testing.assert_allclose(found[0], found[1], atol=1e-4)
    assert abs(found[0].mean()) < 0.06
    assert found[0].std() == pytest.approx(1, abs=0.05)


def test_images_are_whole_at_the_beginning_and_noise_at_the_end() -> None:
    x = digits(16).reshape(16, 1, 8, 8)
    np.testing.assert_allclose(picture("images_noised", "digits", 0.0).images, x, atol=0.03)
    end = [picture("images_noised", "digits", 1.0, schedule=name).images for name in ("linear", "exploding")]
    np.testing.assert_allclose(end[0], end[1], atol=0.02)


# Marginals and posteriors in the plane


@pytest.mark.parametrize(("schedule", "t"), [("linear", 0.15), ("exploding", 0.5)])
def test_the_map_is_the_density_of_the_data_convolved_with_noise(schedule, t) -> None:
    alpha, sigma = level(t, schedule)
    scale = math.hypot(alpha, sigma)
    values = picture("marginal", t=t, schedule=schedule).layers[0].values
    assert values.sum() * AREA == pytest.approx(1, abs=3e-3)
    x0, places, chosen = grid(150, 2.2), grid(80), np.arange(1210, 6400, 397)
    nodes = 3 / 80 / math.sqrt(3) * np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])  # Gauss–Legendre in a cell
    x = scale * (places[chosen, None] + nodes).reshape(-1, 2)
    noise = np.exp(-((x[:, None] - alpha * x0) ** 2).sum(2) / (2 * sigma**2)) / (2 * math.pi * sigma**2)
    wanted = scale**2 * (noise @ density(x0)) * (4.4 / 150) ** 2
    np.testing.assert_allclose(values.ravel()[chosen], wanted.reshape(-1, 4).mean(1), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("data", "schedule", "t"), [("ring8", "linear", 0.3), ("ring8", "exploding", 0.5), ("moons", "linear", 0.3)]
)
def test_arrows_are_the_gradient_of_the_log_density(data, schedule, t) -> None:
    alpha, sigma = level(t, schedule)
    centers, std = ring() if data == "ring8" else (train(50, "moons"), 0.0)
    frame = picture("marginal", data, t, schedule=schedule)
    arrows = frame.layers[1]
    u = torch.from_numpy(arrows.xy).requires_grad_()
    square = (math.hypot(alpha, sigma) * u[:, None] - alpha * torch.from_numpy(centers)).square().sum(2)
    log_density = (-square / (2 * (alpha**2 * std**2 + sigma**2))).logsumexp(1)
    (score,) = torch.autograd.grad(log_density.sum(), u)
    length = score.norm(dim=1, keepdim=True)
    np.testing.assert_allclose(arrows.uv, score / length * torch.log1p(length), rtol=1e-5, atol=1e-5)
    words = re.search(r"a score of ([\d.]+)", frame.note)
    assert words is not None
    assert float(words[1]) == pytest.approx(float(length.max()), abs=0.051)


@pytest.mark.parametrize(("schedule", "t"), [("linear", 0.2), ("exploding", 0.48)])
def test_the_posterior_is_that_of_bayes_on_a_grid(schedule, t) -> None:
    (alpha, sigma), place = level(t, schedule), np.array([0.8, -0.9])
    frame = picture("posterior_at", t=t, schedule=schedule, x1=0.8, x2=-0.9)
    fine = grid(240)
    x = math.hypot(alpha, sigma) * place
    posterior = density(fine) * np.exp(-((x - alpha * fine) ** 2).sum(1) / (2 * sigma**2))
    posterior /= posterior.sum()
    cells = posterior.reshape(80, 3, 80, 3).sum((1, 3)) / AREA
    np.testing.assert_allclose(frame.layers[0].values, cells, atol=0.01 * cells.max())
    np.testing.assert_allclose(frame.layers[1].xy, [place, posterior @ fine], atol=1e-3)
    np.testing.assert_allclose(frame.layers[2].xy[0], posterior @ fine, atol=1e-3)
    modes = ((fine[:, None] - ring()[0]) ** 2).sum(2).argmin(1)
    shares = np.bincount(modes, posterior)
    count = float(re.search(r"among ([\d.]+) of 8", frame.note)[1])  # type: ignore[index]
    assert count == pytest.approx(math.exp(-(shares * np.log(shares)).sum()), abs=0.02)


def test_without_a_known_density_the_posterior_is_a_softmax_over_the_data() -> None:
    data, place = train(50, "moons"), np.array([[0.9, 0.5]])
    alpha, sigma = level(0.1)
    share = by_hand(place, data, alpha, sigma)[0]
    cells, _, _ = np.histogram2d(data[:, 1], data[:, 0], bins=np.linspace(-3, 3, 81), weights=share)
    frame = picture("posterior_at", "moons", 0.1)
    np.testing.assert_allclose(frame.layers[0].values * AREA, cells, atol=1e-6)
    np.testing.assert_allclose(frame.layers[2].xy[0], share @ data, atol=1e-6)
    assert f"{np.exp(-(share * np.log(share)).sum()):.2f} of 50 equally likely data" in frame.note


def test_a_cell_has_all_of_a_narrow_gaussian() -> None:
    center = torch.tensor([[0.031, -0.02]], dtype=torch.float64)
    values = cell_means(center, torch.ones(1, dtype=torch.float64), torch.tensor(1e-4, dtype=torch.float64))
    assert values[39, 40] * AREA == pytest.approx(1, abs=1e-12)


# The optimal denoiser


def points(n: int, d: int = 3) -> Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(n), dtype=torch.float64)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_optimum_is_the_posterior_mean_of_points(schedule) -> None:
    data, x = points(7), points(11)
    for t in (T_MIN, 0.1, 0.6, 1.0):
        at = SCHEDULES[schedule].at(torch.tensor(t, dtype=torch.float64))
        noised, optimum = at.scale * x, Optimum(data)
        exact = NoisedMixture.of_points(data)
        torch.testing.assert_close(optimum.weights(noised, at), exact.shares(noised, at), rtol=1e-7, atol=1e-9)
        torch.testing.assert_close(optimum.eps(noised, at), exact.eps(noised, at), rtol=1e-7, atol=1e-7)


def test_a_smooth_denoiser_is_the_mean_over_shifted_places() -> None:
    data, x, at = points(6), points(4), SCHEDULES["cosine"].at(torch.tensor(0.3, dtype=torch.float64))
    smooth = Optimum(data).smoothed(0.5, 9, rng=torch.Generator().manual_seed(1))
    drawn = torch.randn(9, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    shifts = 0.5 * Optimum(data).spacing * drawn
    wanted = torch.stack([Optimum(data).denoised(x + at.alpha * shift, at) for shift in shifts]).mean(0)
    torch.testing.assert_close(smooth.denoised(x, at), wanted)


def test_the_spacing_is_the_median_distance_to_the_nearest_other_place() -> None:
    places = torch.tensor([[0.0, 0.0], [0.0, 0.0], [3.0, 4.0], [3.0, 5.0], [9.0, 5.0]], dtype=torch.float64)
    assert Optimum(places).spacing == pytest.approx(5.0)  # of 5, 5, 1, 1, 6
    assert Optimum(places[:2]).spacing == 0.0
    assert Optimum(places[:1]).spacing == 0.0


def test_the_effective_number_of_equal_weights_is_their_number() -> None:
    weights = torch.tensor([[0.25, 0.25, 0.25, 0.25], [0.5, 0.5, 0, 0], [1, 0, 0, 0]], dtype=torch.float64)
    torch.testing.assert_close(count_of(weights), torch.tensor([4.0, 2.0, 1.0], dtype=torch.float64))


# Memorisation


def copies(note: str) -> tuple[int, int]:
    found = re.match(r"(\d+) of (\d+) samples", note)
    assert found is not None
    return int(found[1]), int(found[2])


@pytest.mark.parametrize("schedule", ["linear", "exploding"])
def test_samples_of_the_optimum_are_training_data(schedule) -> None:
    data = train(5)
    frame = picture("memorised", n=5, schedule=schedule)
    np.testing.assert_allclose(frame.layers[1].xy, data, atol=1e-6)
    distance = np.linalg.norm(frame.layers[2].xy[:, None] - data, axis=2).min(1)
    assert distance.max() < 1e-6
    assert copies(frame.note) == (60, 60)


def test_images_of_the_optimum_are_training_images() -> None:
    rows = picture("images_memorised", "digits").images.reshape(2, 2, 4, 64)
    data = digits(50)
    np.testing.assert_allclose(rows[:, 0], rows[:, 1], atol=1e-5)
    assert np.abs(rows[:, 1].reshape(8, 1, 64) - data).max(2).min(1).max() < 1e-6
    assert copies(picture("images_memorised", "digits").note) == (8, 8)


def test_losses_are_those_of_the_softmax_over_the_data() -> None:
    frame = picture("by_time", n=20)
    curves = {series.key: series for series in frame.series}
    data = train(20)
    held_out = planar(open_dataset("ring8").valid.x[:200])
    for k in (3, 9, 20):
        alpha, sigma = level(float(curves["train"].x[k]))
        for key, x0 in (("train", data), ("valid", held_out)):
            eps = noise_like(torch.from_numpy(x0)).numpy()
            x = alpha * x0 + sigma * eps
            guess = (x - alpha * by_hand(x, data, alpha, sigma) @ data) / sigma
            assert curves[key].y[k] == pytest.approx(max(((guess - eps) ** 2).mean(), 1e-6), rel=1e-5)


def test_the_optimum_is_below_the_floor_on_its_data_and_above_it_on_others() -> None:
    few, many = ({s.key: s.y for s in picture("by_time", n=n).series} for n in (5, 500))
    assert few["train"][1] < 0.1 * few["floor"][1]
    assert (few["valid"][:8] > 1.2 * few["floor"][:8]).all()
    np.testing.assert_allclose(few["floor"], many["floor"])
    assert (many["valid"][2:8] < few["valid"][2:8]).all()
    assert {series.key for series in picture("by_time", "digits").series} == {"train", "valid"}


def test_the_posterior_of_an_image_names_the_most_probable_training_images() -> None:
    data = train(50, "digits")
    alpha, sigma = level(0.4)
    x0 = in_units(open_dataset("digits").valid.x[:4], "digits")
    x = alpha * x0 + sigma * noise_like(torch.from_numpy(x0)).numpy()
    share = by_hand(x, data, alpha, sigma)
    best = np.argsort(-share, axis=1)[:, :2]
    frame = picture("images_posterior", "digits", 0.4)
    rows = frame.images.reshape(4, 5, 64)
    given = digits(50)
    np.testing.assert_allclose(rows[:, 3:], given[best], atol=1e-5)
    np.testing.assert_allclose(rows[:, 2], share @ given, atol=1e-4)
    percent = [f"{100 * p:.0f} %" for p in np.take_along_axis(share, best, 1).ravel()]
    assert [caption for caption in frame.captions if "%" in caption] == percent


def test_the_effective_number_of_images_goes_from_one_to_all() -> None:
    curve = picture("weights", "digits", 0.4).series[0]
    assert curve.y[0] == pytest.approx(1, abs=1e-6)
    assert 48 < curve.y[-1] <= 50
    k = 14
    alpha, sigma = level(float(curve.x[k]))
    x0 = in_units(open_dataset("digits").valid.x[:50], "digits")
    x = alpha * x0 + sigma * noise_like(torch.from_numpy(x0)).numpy()
    share = by_hand(x, train(50, "digits"), alpha, sigma)
    number = np.exp(-(share * np.log(np.maximum(share, 1e-300))).sum(1))
    np.testing.assert_allclose(
        [curve.low[k], curve.y[k], curve.high[k]], np.quantile(number, (0.25, 0.5, 0.75)), rtol=1e-4
    )


# Generalisation


def test_without_smoothing_the_samples_are_those_of_the_optimum() -> None:
    for data, exact, smooth in (("ring8", "memorised", "smoothed"), ("digits", "images_memorised", "images_smoothed")):
        first, second = picture(exact, data, n=5), picture(smooth, data, n=5, smoothing=0.0)
        of = (lambda frame: frame.layers[2].xy) if data == "ring8" else (lambda frame: frame.images)
        np.testing.assert_allclose(of(first), of(second), atol=1e-6)


def test_samples_of_a_smooth_denoiser_are_new_and_between_the_data() -> None:
    frame = picture("smoothed", smoothing=1.0)
    assert copies(frame.note)[0] < 15
    middle = train(50).mean(0)
    inside = Delaunay(train(50)).find_simplex(middle + (1 - 1e-6) * (frame.layers[2].xy - middle))
    assert (inside >= 0).all()
    assert copies(picture("images_smoothed", "digits", smoothing=1.0).note)[0] == 0


@pytest.mark.parametrize("data", ["ring8", "digits"])
def test_between_two_data_the_optimum_is_a_step_and_the_smooth_denoiser_a_slope(data) -> None:
    lab = opened(data, smoothing=1.0)
    frame = lab.viewer.last_frame(Request("between", params={"sigma": 0.1}))
    curves = {series.key: series for series in frame.series}
    place = curves["optimum"].x
    near, far = np.searchsorted(place, 0.3), np.searchsorted(place, 0.7)
    assert curves["optimum"].y[near] == pytest.approx(0, abs=0.05)
    assert curves["optimum"].y[far] == pytest.approx(1, abs=0.05)
    assert 0.05 < curves["smooth"].y[far] - curves["smooth"].y[near] < 0.7
    if data == "ring8":  # within a mode the exact denoiser is nearly the identity where there is little noise
        np.testing.assert_allclose(curves["exact"].y, place, atol=0.02)


def test_data_at_one_place_have_no_line_between_them() -> None:
    lab = opened("ring8")
    data = lab.data.whole()
    one = lambda split, n: DataBatch(torch.ones(n or 9, 2), None, split, torch.arange(n or 9))  # noqa: E731
    with pytest.raises(BadValue, match="50 training data are all at one place"):
        list(between(lab.page, dataclasses.replace(data, split=one)))


def test_the_page_opens_at_its_own_time() -> None:
    assert picture("schedules").marker == ForwardProcessLab.time > 0
