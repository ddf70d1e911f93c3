"""The pictures of the autoregressive models of images: numbers against the model's own probabilities."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from torch import Tensor

from models.autoregressive.pixel_cnn import PixelCNN
from models.autoregressive.pixels import comparison, conditionals, distance, drawing, likelihood, speed
from models.protocol import (
    Canvas,
    DataBatch,
    DataPoint,
    DataSpec,
    FamilyRuns,
    Image,
    Noise,
    Pixel,
    TrainedModel,
)

HEIGHT, WIDTH = 6, 5


def _model(*, levels: int = 2, **config) -> PixelCNN:
    torch.manual_seed(3)
    spec = DataSpec(Image(1, HEIGHT, WIDTH, "binary" if levels == 2 else "grey"), 10, levels=levels)
    model = PixelCNN(PixelCNN.Config(**{"layers": 1, "channels": 6, "first_kernel": 3, **config}), spec).double().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2.0)
    model.requires_grad_(False)
    return model


def _images(n: int, levels: int = 2) -> Tensor:
    rng = torch.Generator().manual_seed(1)
    return torch.randint(levels, (n, 1, HEIGHT, WIDTH), generator=rng).double() / (levels - 1)


def _point(levels: int = 2) -> DataPoint:
    return DataPoint(_images(1, levels), None, 4)


def test_the_nats_of_the_pixels_add_up_to_those_of_the_image() -> None:
    model, point = _model(), _point()
    frame = conditionals.nats(model, point, Pixel(2, 3))
    with torch.no_grad():
        total = -float(model.log_prob(point.x))
    assert frame.full * frame.images[1].sum() == pytest.approx(total, rel=1e-10)
    np.testing.assert_array_equal(frame.images[0], point.x[0])
    assert f"{total:.1f} nats" in frame.subtitle


@pytest.mark.parametrize("pixel", [Pixel(0, 0), Pixel(3, 2)])
def test_the_bars_of_a_binary_pixel_are_its_probabilities(pixel: Pixel) -> None:
    model, point = _model(), _point()
    bars = conditionals.conditional(model, point, pixel)
    with torch.no_grad():
        p = float(model.outputs(point.x)[0, 0, pixel.row, pixel.column].sigmoid())
    np.testing.assert_allclose(bars.values, [1 - p, p], atol=1e-12)
    assert bars.reference is not None
    assert np.flatnonzero(np.isfinite(bars.reference)).tolist() == [int(point.x[0, 0, pixel.row, pixel.column])]


@pytest.mark.parametrize("output", ["softmax", "logistics"])
def test_the_curve_of_a_grey_pixel_is_a_distribution(output: str) -> None:
    model, point = _model(levels=4, output=output), _point(4)
    curves = conditionals.conditional_of_levels(model, point, Pixel(3, 2))
    p, actual = curves.series[0].y, int(curves.series[1].x[0])
    assert p.sum() == pytest.approx(1.0, abs=1e-12)
    with torch.no_grad():
        log_p = float(model.pixel_log_prob(point.x)[0, 3, 2])
    assert math.log(p[actual]) == pytest.approx(log_p, abs=1e-10)


def test_each_picture_of_a_conditional_belongs_to_binary_or_grey_data() -> None:
    binary, grey = _model().spec, _model(levels=4).spec
    config = PixelCNN.Config()
    for view, spec in ((conditionals.conditional, binary), (conditionals.conditional_of_levels, grey)):
        assert view.applies(PixelCNN, config, spec)
    for view, spec in ((conditionals.conditional, grey), (conditionals.conditional_of_levels, binary)):
        assert not view.applies(PixelCNN, config, spec)


@pytest.mark.parametrize("levels", [2, 4])
def test_a_flip_shows_how_far_each_later_distribution_moves(levels: int) -> None:
    model, point, pixel = _model(levels=levels), _point(levels), Pixel(2, 1)
    frame = conditionals.flipped(model, point, pixel)
    flipped = point.x.clone()
    flipped[0, 0, 2, 1] = 1 - flipped[0, 0, 2, 1]
    with torch.no_grad():
        p, q = (model.levels.log_probs(model.outputs(x))[0].exp() for x in (point.x, flipped))
    moved = (0.5 * (p - q).abs().sum(dim=0)).numpy()
    after = np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) > 2 * WIDTH + 1
    assert frame.role_of is not None
    np.testing.assert_array_equal(frame.role_of[0], after)
    np.testing.assert_allclose(frame.full * frame.images[0, 0][after], moved[after], atol=1e-12)
    np.testing.assert_array_equal(frame.images[0, 0][~after], point.x[0, 0].numpy()[~after])
    assert frame.full > 1e-3


def test_the_receptive_field_shows_slopes_and_the_blind_spot() -> None:
    model, point, pixel = _model(stack="plain"), _point(), Pixel(4, 2)
    frame = conditionals.influence(model, point, pixel)
    step, image = 1e-6, frame.images[0, 0]
    slopes = np.zeros((HEIGHT, WIDTH))
    for row, column in itertools.product(range(HEIGHT), range(WIDTH)):
        x = point.x.repeat(2, 1, 1, 1)
        x[0, 0, row, column] += step
        x[1, 0, row, column] -= step
        with torch.no_grad():
            up, down = model.outputs(x)[:, 0, 4, 2].sigmoid()
        slopes[row, column] = float(up - down) / (2 * step)
    seen, before = model.sees(4, 2).numpy(), np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) < 4 * WIDTH + 2
    expected = np.sqrt(np.abs(slopes) / np.abs(slopes).max())
    np.testing.assert_allclose(image[seen], expected[seen], atol=1e-3)
    assert np.isnan(image[~before]).all()
    assert frame.role_of is not None
    np.testing.assert_array_equal(frame.role_of[0] == 2, before & ~seen)
    assert (before & ~seen).any()
    assert f"sees {seen.sum()} of {before.sum()}" in frame.subtitle


def test_the_first_pixel_depends_on_nothing() -> None:
    frame = conditionals.influence(_model(), _point(), Pixel(0, 0))
    assert np.isnan(frame.images).all()
    assert "sees 0 of 0" in frame.subtitle


def test_a_small_kernel_reaches_a_few_distances_along_the_raster() -> None:
    model = _model(stack="plain", layers=1)
    with torch.no_grad():  # the second layer is left out: what remains is one convolution of 3×3
        model.layers[1].conv.weight.zero_()
    batch = DataBatch(_images(6), None, torch.arange(6))
    *_, curves = distance.distance(model, batch, FamilyRuns(), pixels=784)
    raster, image = curves.series
    near = raster.y > 1e-12
    assert {int(at) for at in raster.x[near]} <= {1, WIDTH - 1, WIDTH, WIDTH + 1}
    assert {1, WIDTH} <= {int(at) for at in raster.x[near]}
    assert {int(at) for at in image.x[image.y > 1e-12]} == {1}
    with torch.no_grad():
        before, moved = model.outputs(batch.x).sigmoid(), []
        for j in range(HEIGHT * WIDTH - 1):
            x = conditionals.flip(batch.x, torch.full((6,), j))
            moved.append(float((model.outputs(x).sigmoid() - before).abs().flatten(1)[:, j + 1].mean()))
    assert raster.y[0] == pytest.approx(np.mean(moved), rel=1e-9)


def test_a_film_of_samples_ends_with_what_sample_draws() -> None:
    model = _model()
    *_, film = drawing.samples(model, Noise(5), n=3, temperature=0.7)
    x = model.sample(3, rng=Noise(5).rng(), temperature=0.7)
    np.testing.assert_array_equal(film.frames[-1].images, x)
    assert film.at.tolist() == list(range(HEIGHT * WIDTH + 1))
    for at, frame in zip(film.at.astype(int), film.frames, strict=True):
        flat = frame.images.reshape(3, -1)
        assert np.isnan(flat[:, at:]).all()
        np.testing.assert_array_equal(flat[:, :at], x.flatten(1)[:, :at])


def test_completions_keep_what_is_given_and_colour_what_is_drawn() -> None:
    model, x = _model(), _images(1)
    mask = torch.zeros_like(x)
    mask[..., :3, :] = 1
    mask[..., 5, 2] = 1
    *_, film = drawing.completion(model, Canvas(x, mask), Noise(0), n=4)
    given = mask[0, 0].numpy() > 0
    for frame in film.frames:
        assert frame.role_of is not None
        np.testing.assert_array_equal(frame.role_of, np.broadcast_to(~given, (4, HEIGHT, WIDTH)))
        np.testing.assert_array_equal(frame.images[:, 0][:, given], np.broadcast_to(x[0, 0].numpy()[given], (4, 16)))
    assert np.isnan(film.frames[0].images[:, 0][:, ~given]).all()
    last = torch.from_numpy(film.frames[-1].images).double()
    with torch.no_grad():
        log_p = model.pixel_log_prob(last)
    parts = [float((log_p * part).sum(dim=(1, 2)).mean()) for part in (mask[:, 0], 1 - mask[:, 0])]
    for part in parts:
        assert f"{part:.1f}".replace("-", "−") in film.note


def test_the_row_of_temperature_one_holds_samples_of_the_model() -> None:
    model = _model()
    *_, frame = drawing.temperatures(model, Noise(2), n=3)
    x = model.sample(3, rng=Noise(2).rng())
    row = frame.row_labels.index("T = 1")
    np.testing.assert_array_equal(frame.images[3 * row : 3 * row + 3], x)
    ink = frame.images.reshape(len(frame.row_labels), 3, -1)
    assert not np.array_equal(ink[0], ink[-1])


def test_the_histograms_are_of_the_data_and_of_samples() -> None:
    model, x = _model(), _images(90)
    *_, curves = likelihood.log_likelihood(model, DataBatch(x, None, torch.arange(90), split="valid"), Noise(4), n=70)
    drawn = model.sample(70, rng=Noise(4).rng())
    for series, images in zip(curves.series, (x, drawn), strict=True):
        mean = float(model.log_prob(images).mean())
        assert f"{mean:.3f}".replace("-", "−") in curves.note
        assert 96 <= series.y.sum() <= 100
    assert "90 validation images, 70 samples" in curves.subtitle


def test_both_ways_of_drawing_are_timed_and_agree() -> None:
    *_, bars = speed.speed(_model(), Noise(0), n=2)
    assert (bars.values > 0).all()
    assert not bars.pending
    assert f"Equal pixels: {2 * HEIGHT * WIDTH} of {2 * HEIGHT * WIDTH}" in bars.note


def test_the_trade_off_has_a_line_for_each_trained_model() -> None:
    model, other = _model(), _model(stack="plain")

    def gone() -> PixelCNN:
        raise ValueError("run-b cannot be read (it is damaged)")

    family = FamilyRuns((TrainedModel("Other", "run-a", 120, lambda: other), TrainedModel("Gone", "run-b", 7, gone)))
    x = _images(30)
    *_, text = comparison.comparison(model, DataBatch(x, None, torch.arange(30), split="valid"), Noise(0), family)
    head, *lines = (line.split("  ") for line in text.lines[: text.lines.index("")])
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert [row[0] for row in cells] == ["PixelCNN", "PixelCNN"]
    with torch.no_grad():
        nats = [f"{-float(each.log_prob(x).mean()):.2f}" for each in (model, other)]
    assert [row[1] for row in cells] == nats
    assert [row[3] for row in cells] == [f"{sum(p.numel() for p in each.parameters()):,}" for each in (model, other)]
    row, column = HEIGHT // 2, WIDTH - 1
    seen = [100 * int(each.sees(row, column).sum()) / (row * WIDTH + column) for each in (model, other)]
    assert [cell[2] for cell in cells] == [f"{share:.0f} %" for share in seen]
    assert min(seen) < 90
    assert all(float(row[4]) > 0 and float(row[5]) >= 0 for row in cells)
    assert text.note == "Trained for: Other 120 steps. run-b cannot be read (it is damaged)"
    assert len(head) > 6
    assert all(parameter.grad is None for parameter in model.parameters())
