"""Diffusion of images: network, guidance, classes, estimates, samples in parts, completions and views."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from catalogue import small_session

from explorer.engine.views.requests import Request
from explorer.engine.views.viewer import Viewer
from models.diffusion.process import SCHEDULES, STRAIGHT, Estimate, NoisedMixture, completion
from models.nets.unet import UNet
from models.protocol import BadValue

OBJECTIVES = ("eps", "v", "flow")


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def model(**config):
    """A small model in double precision whose output is not 0, as it is at first."""
    made = small_session("ddpm-images", **config).model.double().eval()
    with torch.no_grad():
        for parameter in made.net.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=rng(1), dtype=parameter.dtype))
    return made


def knowing(made, monkeypatch: pytest.MonkeyPatch, x0: torch.Tensor) -> None:
    """Lets the network predict what is best for data that are all one image, (1, c, h, w), from −1 to 1."""

    def output(x, t, y, guidance=1.0):
        level = made.schedule.at(t)
        eps = (x - level.alpha * x0) / level.sigma.clamp_min(1e-9)
        return {"eps": eps, "v": level.alpha * eps - level.sigma * x0, "velocity": eps - x0}[made.path.prediction]

    monkeypatch.setattr(made, "output", output)


# The network


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 9, 13), (1, 28, 28)])
def test_the_network_keeps_the_shape_of_images_of_any_sides_and_begins_at_0(shape) -> None:
    net = UNet(shape[0], [8, 16, 16], 3, attention=True)
    x, t, y = torch.randn(2, *shape, generator=rng()), torch.tensor([0.2, 0.7]), torch.tensor([0, 3])
    out = net(x, t, y)
    assert out.shape == x.shape
    assert not bool(out.any())


@pytest.mark.parametrize("what", ["time", "class", "place"])
def test_the_prediction_depends_on_time_class_and_all_places(what) -> None:
    made = model()
    x = torch.randn(1, *made.spec.kind.shape, generator=rng(), dtype=torch.float64)
    t, y = torch.tensor(0.4, dtype=torch.float64), torch.tensor([2])
    before = made.net(x, t, y).detach()
    if what == "time":
        after = made.net(x, t + 0.1, y)
    elif what == "class":
        after = made.net(x, t, y + 1)
    else:  # the far corner hears of it through the coarse scales and attention
        x = x.clone()
        x[..., 0, 0] += 1
        after = made.net(x, t, y)[..., -1:, -1:]
        before = before[..., -1:, -1:]
    assert float((after.detach() - before).abs().max()) > 1e-6


# Guidance and classes


def test_guidance_is_the_line_through_the_predictions_without_and_with_the_class() -> None:
    made = model()
    x = torch.randn(3, *made.spec.kind.shape, generator=rng(), dtype=torch.float64)
    t, y = torch.tensor(0.4, dtype=torch.float64), torch.tensor([0, 4, 9])
    of_none, of_class = made.net(x, t, torch.full_like(y, made.classes)), made.net(x, t, y)
    for weight in (0.0, 0.5, 1.0, 3.0):
        wanted = of_none + weight * (of_class - of_none)
        torch.testing.assert_close(made.output(x, t, y, weight), wanted, rtol=1e-12, atol=1e-12)


def test_classes_are_drawn_as_often_as_in_the_data_or_are_the_one_that_is_named() -> None:
    session = small_session("ddpm-images")
    made, y = session.model, session.data.batch("train", 0, session.data.size("train")).y
    shares = torch.bincount(y, minlength=10) / len(y)
    torch.testing.assert_close(made.frequencies, shares.float())
    with torch.no_grad():
        made.frequencies.zero_()
        made.frequencies[3] = 1.0
    assert made.draw_classes(20, -1, rng()).unique().tolist() == [3]
    assert made.draw_classes(4, 7, rng()).tolist() == [7] * 4
    with pytest.raises(BadValue, match="from 0 to 9, or −1 for any, not 10"):
        made.draw_classes(1, 10, rng())
    without = small_session("ddpm-images", conditional=False).model
    assert without.draw_classes(4, -1, rng()) is None
    with pytest.raises(BadValue, match="no classes"):
        without.draw_classes(4, 0, rng())


def test_a_tenth_of_the_classes_is_left_out_in_training_alone(monkeypatch) -> None:
    session = small_session("ddpm-images")
    made, batch, seen = session.model, session.data.batch("train", 0, 1000), []
    monkeypatch.setattr(made, "errors", lambda x, y, t, rng: seen.append(y) or torch.zeros(len(x), requires_grad=True))
    made.train().loss(batch, rng=rng())
    made.eval().loss(batch, rng=rng())
    left_out = int((seen[0] == made.classes).sum())
    assert 60 < left_out < 140  # of 1,000, four standard deviations around 100
    assert torch.equal(seen[0][seen[0] < made.classes], batch.y[seen[0] < made.classes])
    assert torch.equal(seen[1], batch.y)


# Estimates and samples


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_where_all_data_are_one_image_the_best_network_has_no_error_and_draws_it(objective, monkeypatch) -> None:
    made = model(objective=objective)
    image = torch.rand(1, *made.spec.kind.shape, generator=rng(), dtype=torch.float64)
    knowing(made, monkeypatch, made.to_range(image))
    t = made.times(5, rng())
    assert bool(((t > 0) & (t < 1)).all())
    assert float(made.errors(image.expand(5, -1, -1, -1), None, t, rng()).max()) < 1e-12
    # At t = 0, which Heun asks for on a straight path, the noise in x is not determined.
    for sampler in ("ddim", "ancestral", *(["heun"] if objective != "flow" else [])):
        x = made.sample(3, rng=rng(), sampler=sampler, passes=8)
        torch.testing.assert_close(x, image.expand(3, -1, -1, -1), rtol=0, atol=0.05 if sampler == "heun" else 1e-9)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_estimates_mix_to_the_image_they_are_of_and_are_cut_where_noise_is_predicted(objective) -> None:
    made = model(objective=objective)
    t = torch.tensor(0.9, dtype=torch.float64)
    level, x = made.schedule.at(t), torch.randn(4, *made.spec.kind.shape, generator=rng(), dtype=torch.float64)
    of = made.field(torch.tensor([1, 2, 3, 4]), 2.0)(x, t, level)
    of = Estimate(of.x0.detach(), of.eps.detach())
    torch.testing.assert_close(level.alpha * of.x0 + level.sigma * of.eps, x, rtol=1e-10, atol=1e-10)
    assert objective == "flow" or float(of.x0.abs().max()) <= 1.0


def test_samples_come_in_parts_that_hold_up_nothing_for_long_and_are_those_of_sample(monkeypatch) -> None:
    made = model()
    monkeypatch.setattr(type(made), "part", property(lambda self: 4))
    parts = list(made.sampling(10, rng=rng(5), passes=3))
    assert [part is None for part in parts] == [True] * (3 * (3 + 1)) + [False]  # three chunks of three passes
    torch.testing.assert_close(parts[-1], made.sample(10, rng=rng(5), passes=3))
    assert float(parts[-1].min()) >= 0
    assert float(parts[-1].max()) <= 1


# Completions


@pytest.mark.parametrize("schedule", [SCHEDULES["cosine"], STRAIGHT], ids=["cosine", "straight"])
def test_a_completion_keeps_what_is_given_and_follows_the_conditional(schedule) -> None:
    """Two modes at (1, 1) and (−1, −1): given the first coordinate of one of them, the second is near it, too."""
    centers = torch.tensor([[1.0, 1.0], [-1.0, -1.0]], dtype=torch.float64)
    mixture = NoisedMixture.of_equal(centers, 0.1)
    given, mask = torch.tensor([[1.0, 0.0]], dtype=torch.float64), torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    start = torch.randn(300, 2, generator=rng(), dtype=torch.float64)
    moments = list(
        completion(
            lambda x, t, level: mixture.estimate(x, level), schedule, start, given, mask,
            passes=30, repeats=4, rng=rng(1),
        )
    )  # fmt: skip
    end, middle = moments[-1].x, moments[60]
    assert moments[-1].t == 0.0
    given_part = (middle.x[:, 0] - middle.level.alpha) / middle.level.sigma  # with the noise of that time
    assert abs(float(given_part.mean())) < 0.25
    assert float(given_part.std()) == pytest.approx(1.0, abs=0.2)
    assert torch.equal(end[:, 0], torch.ones(300, dtype=torch.float64))
    assert float(((end[:, 1] - 1).abs() < 0.4).double().mean()) > 0.95
    assert float(end[:, 1].mean()) == pytest.approx(1.0, abs=0.05)


def test_a_canvas_is_filled_in_where_it_is_not_given() -> None:
    session = small_session("ddpm-images")
    viewer = Viewer(session.model.eval(), session.data)
    film = viewer.last_frame(Request("inpainting", params={"n": 2, "passes": 5, "repeats": 1}))
    canvas = viewer.default(viewer.view("inpainting"), viewer.view("inpainting").inputs["canvas"], {}, "canvas")
    mask, x = canvas.mask[0, 0].numpy() > 0, canvas.x[0, 0].numpy()
    assert 0 < mask.sum() < mask.size
    for image in film.frames[-1].images[:, 0]:
        np.testing.assert_allclose(image[mask], x[mask], atol=1e-6)
    np.testing.assert_array_equal(film.frames[-1].role_of[0] == 1, ~mask)


# Views


def test_guidance_has_a_row_for_each_weight_and_the_first_without_a_class(monkeypatch) -> None:
    session = small_session("ddpm-images")
    session.model.eval()
    with torch.no_grad():
        for parameter in session.model.net.parameters():
            parameter.add_(0.05 * torch.randn(parameter.shape, generator=rng(1)))
    frame = Viewer(session.model, session.data).last_frame(Request("guidances", params={"passes": 3}))
    assert frame.row_labels == ("w = 0", "w = 1", "w = 2", "w = 4", "w = 8")
    rows = frame.images.reshape(5, frame.columns, *frame.images.shape[1:])
    assert len({row.tobytes() for row in rows}) == 5


def test_the_estimate_from_little_noise_is_the_image(monkeypatch) -> None:
    """The untrained network predicts no noise, so that x₀ is estimated as x_t/α."""
    session = small_session("ddpm-images")
    viewer = Viewer(session.model.eval(), session.data)
    frame = viewer.last_frame(Request("denoised", params={"t": 0.0}))
    assert frame.captions[:3] == ("x₀", "x_t", "estimate of x₀")
    np.testing.assert_allclose(frame.images[2], frame.images[0], atol=0.1)
    assert len(frame.images) == 9
