"""The GAN of images: networks, losses, penalties, views, and the numbers that compare its samples with data."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from pages import session
from torch import nn

from explorer.engine import BadInput, Request, SessionViews, Setup, evaluate, open_data
from explorer.engine.data.tensors import TensorData
from explorer.engine.session.optimisation import Average
from explorer.engine.views.viewer import eval_mode
from models.frames import Bars, Curves, Images
from models.gan.images.model import ImageGAN
from models.gan.images.networks import ImageDiscriminator, ImageGenerator, stages
from models.gan.objectives import OBJECTIVES
from models.protocol import (
    BadValue,
    DataBatch,
    DataSpec,
    HasDecoder,
    HasLatent,
    Image,
    LatentPoint,
    Progress,
    build,
    views_of,
)
from models.views.image_quality import class_shares, missing_classes
from models.views.paths import slerp

GREY = DataSpec(Image(1, 8, 8, "grey"), 100)


def made(spec: DataSpec = GREY, **values) -> ImageGAN:
    return ImageGAN(build(ImageGAN.Config, {"channels": 4, "latent": 3, **values}), spec)


def batch_of(n: int, shape=(1, 8, 8), seed: int = 0) -> DataBatch:
    x = torch.rand(n, *shape, generator=torch.Generator().manual_seed(seed))
    return DataBatch(x, None, torch.arange(n))


@pytest.fixture(scope="module")
def trained():
    made = session("gan-images", data="digits", channels=8, batch=32, steps=60)
    for _ in range(40):
        made.step()
    return made


# Networks


@pytest.mark.parametrize(
    ("shape", "count"), [((1, 8, 8), 1), ((1, 28, 28), 2), ((3, 32, 32), 2), ((1, 13, 9), 1), ((3, 50, 70), 4)]
)
def test_images_of_any_shape_are_made_and_scored(shape, count):
    assert stages(shape) == count
    generator, discriminator = ImageGenerator(5, 4, shape), ImageDiscriminator(4, shape, "layer")
    x = generator(3 * torch.randn(6, 5))
    assert x.shape == (6, *shape)
    assert x.min() >= 0
    assert x.max() <= 1
    assert discriminator(x).shape == (6,)
    assert len(generator.stages) == count


def test_initial_weights_are_those_of_dcgan():
    generator = ImageGenerator(64, 32, (1, 28, 28))
    for layer in (generator.foot, generator.stages[0]):
        weight = layer.weight.detach()
        assert float(weight.std()) == pytest.approx(0.02, rel=4 / math.sqrt(2 * weight.numel()))
        assert abs(float(weight.mean())) < 5 * 0.02 / math.sqrt(weight.numel())
    assert float(generator.norms[0].weight.detach().mean()) == pytest.approx(1.0, abs=0.02)


def test_a_score_does_not_depend_on_the_other_images_unless_the_batch_normalises():
    x = batch_of(9).x
    for norm in ("none", "layer", "batch"):
        discriminator = ImageDiscriminator(4, (1, 32, 32), norm)
        big = nn.functional.interpolate(x, scale_factor=4)
        alone, among = discriminator(big[:2])[0], discriminator(big)[0]
        assert torch.allclose(alone, among, atol=1e-6) == (norm != "batch")


# Losses and penalties


class Linear(nn.Module):
    """F(x) = ⟨w, x⟩, whose slope is ‖w‖ everywhere."""

    def __init__(self, w):
        super().__init__()
        self.w = w

    def forward(self, x):
        return (x * self.w).flatten(1).sum(1)


def test_the_gradient_penalty_takes_one_norm_over_all_pixels_and_channels():
    spec = DataSpec(Image(3, 8, 8, "colour"), 100)
    model = made(spec, objective="wasserstein-gp", gradient_penalty=7.0)
    w = torch.randn(3, 8, 8, generator=torch.Generator().manual_seed(1))
    model.discriminator = Linear(w)
    real, fake = batch_of(5, (3, 8, 8)).x, batch_of(5, (3, 8, 8), seed=2).x
    value = model.penalty(real, fake, rng=torch.Generator().manual_seed(0))
    assert float(value) == pytest.approx(7.0 * (float(w.norm()) - 1) ** 2, rel=1e-5)


def test_r1_now_and_then_is_on_average_what_it_is_every_time():
    model = made(r1=0.3, r1_every=16)
    w = torch.randn(1, 8, 8, generator=torch.Generator().manual_seed(1))
    model.discriminator = Linear(w)
    real, rng = batch_of(5).x, torch.Generator()
    found = []
    for _ in range(48):
        found.append(float(model.penalty(real, real, rng=rng)))
        model.after_update("discriminator")
        model.after_update("generator")
    assert sum(value > 0 for value in found) == 3
    assert [place for place, value in enumerate(found) if value > 0] == [0, 16, 32]
    assert np.mean(found) == pytest.approx(0.3 * 0.5 * float(w.square().sum()), rel=1e-5)


@pytest.mark.parametrize(
    ("step", "updates", "due"), [(0, 1, (True,)), (15, 1, (False,)), (16, 1, (True,)), (5, 3, (False, True, False))]
)
def test_r1_is_due_in_every_sixteenth_update_counted_from_the_start(step, updates, due):
    model, real = made(r1=1.0, d_updates=updates), batch_of(4).x
    model.begin_round(Progress(step, 0.0))
    assert model.round_variant == due
    for has in due:
        assert (float(model.penalty(real, real, rng=torch.Generator()).detach()) > 0.0) == has
        model.after_update("discriminator")


@pytest.mark.parametrize("objective", ["non-saturating", "least-squares", "hinge", "wasserstein-gp"])
def test_the_losses_are_those_of_the_game_and_every_parameter_moves(objective):
    made = session("gan-images", data="digits", objective=objective, channels=4, batch=16)
    before = {name: parameter.detach().clone() for name, parameter in made.model.named_parameters()}
    for _ in range(3):
        made.step()
    last = made.journal.history.last()
    assert last["discriminator_loss"] == pytest.approx(last["game"] + last["penalty"], rel=1e-5)
    assert (last["penalty"] > 0) == (objective == "wasserstein-gp")
    still = {name for name, parameter in made.model.named_parameters() if torch.equal(parameter, before[name])}
    # Where all scores are within the margins, the hinge loss is one of differences too.
    assert still <= ({"discriminator.head.bias"} if objective == "hinge" else set())
    model, x = made.model, batch_of(8).x
    z = model.prior_draw(8, rng=torch.Generator().manual_seed(4))
    with torch.no_grad():
        model.eval()
        f = model.discriminator(model.generator(z))
        loss = model.player_loss("generator", DataBatch(x, None, torch.arange(8)), rng=torch.Generator().manual_seed(4))
    assert float(loss["loss"]) == pytest.approx(float(OBJECTIVES[objective].generator(f)), rel=1e-5)


def test_the_generators_move_leaves_the_discriminator_without_gradients():
    model = made()
    model.player_loss("generator", batch_of(4), rng=torch.Generator())["loss"].backward()
    assert all(parameter.grad is None and parameter.requires_grad for parameter in model.discriminator.parameters())
    assert all(parameter.grad is not None for parameter in model.generator.parameters())


def test_batch_statistics_do_not_go_with_micro_batches_nor_with_penalties_on_one_datum():
    with pytest.raises(BadInput, match="micro_batches must be 1"):
        Setup.of("gan-images", data="digits", values={"micro_batches": 2})
    for values in ({"r1": 0.1}, {"objective": "wasserstein-gp"}):
        with pytest.raises(BadValue, match="norm batch"):
            ImageGAN.check(build(ImageGAN.Config, {"norm": "batch", **values}), GREY.kind)
    ImageGAN.check(build(ImageGAN.Config, {"norm": "batch", "r1": 0.0}), GREY.kind)


def test_averaged_weights_have_averaged_running_statistics():
    model, average = (nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)) for _ in range(2))
    model.register_buffer("count", torch.tensor(7))
    average.register_buffer("count", torch.tensor(0))
    model[1].running_mean.fill_(2.0)
    model[1].running_var.fill_(5.0)
    model[1].num_batches_tracked.fill_(9)
    Average(average, model).update(0.25)
    assert torch.allclose(average[1].running_mean, torch.full((3,), 0.5))  # ¾ · 0 + ¼ · 2
    assert torch.allclose(average[1].running_var, torch.full((3,), 2.0))  # ¾ · 1 + ¼ · 5
    assert (int(average[1].num_batches_tracked), int(average.count)) == (9, 7)


# Views


def test_a_decoder_without_an_encoder_has_latent_points():
    made = session("gan-images", data="digits", channels=4, latent=6)
    assert isinstance(made.model, HasDecoder)
    assert not isinstance(made.model, HasLatent)
    viewer = SessionViews(made).viewer
    default = viewer.default(viewer.view("decode"), LatentPoint, {})
    assert default.z.shape == (1, 6)
    assert SessionViews(made).frame("decode").images.shape == (1, 1, 8, 8)


def test_ways_between_two_points_begin_and_end_there_and_the_arc_keeps_its_length():
    rng = torch.Generator().manual_seed(3)
    start, end = torch.randn(2, 32, generator=rng, dtype=torch.float64)
    t = torch.linspace(0, 1, 7, dtype=torch.float64)
    arc = slerp(start, end, t)
    assert torch.allclose(arc[0], start)
    assert torch.allclose(arc[-1], end)
    unit = slerp(start / start.norm(), end / end.norm(), t)
    assert torch.allclose(unit.norm(dim=1), torch.ones(7, dtype=torch.float64))
    angles = torch.acos((unit[1:] * unit[:-1]).sum(1))
    assert torch.allclose(angles, angles[:1].expand(6))
    for other in (start, -start, torch.zeros(32, dtype=torch.float64)):  # there is no one arc
        assert torch.allclose(slerp(start, other, t), torch.lerp(start, other, t[:, None]))


def test_views_of_latent_space_have_no_draws_as_z_determines_x(trained):
    assert set(views_of(ImageGAN)["samples"].params) == {"n"}
    model = trained.display_model()
    with eval_mode(model):
        x = model.sample(9, rng=torch.Generator().manual_seed(0))
    assert np.array_equal(SessionViews(trained).frame("samples", n=9).images, x.numpy())
    rows = SessionViews(trained).frame("traversals")
    assert rows.images.shape[0] == 8 * 11
    middle = rows.images[list(rows.marked)]
    assert np.allclose(middle, SessionViews(trained).frame("decode").images, atol=1e-6)


def test_two_latent_dimensions_have_a_manifold():
    made = session("gan-images", data="digits", channels=4, latent=2)
    assert SessionViews(made).frame("manifold", side=10).images.shape == (100, 1, 8, 8)
    wide = session("gan-images", data="digits", channels=4, latent=3)
    assert not views_of(ImageGAN)["manifold"].applies(ImageGAN, wide.setup.config, wide.model.spec)


def test_the_strip_shows_the_images_of_both_ends_twice(trained):
    frame = SessionViews(trained).frame("interpolation", n=5)
    assert isinstance(frame, Images)
    straight, arc = frame.images.reshape(2, 5, 1, 8, 8)
    assert np.allclose(straight[[0, -1]], arc[[0, -1]], atol=1e-5)
    assert not np.allclose(straight[2], arc[2], atol=1e-3)


def test_classes_are_counted_and_those_that_are_missing_named():
    p = torch.tensor([[0.95, 0.03, 0.02], [0.5, 0.3, 0.2], [0.05, 0.94, 0.01], [0.91, 0.05, 0.04]])
    shares, sure = class_shares(p.log())
    assert shares.tolist() == [0.75, 0.25, 0.0]
    assert sure == 0.75
    real = torch.tensor([0.4, 0.4, 0.2])
    assert missing_classes(shares, real, "abc") == ["c"]
    assert missing_classes(torch.tensor([0.93, 0.07, 0.0]), real, "abc") == ["b", "c"]
    assert missing_classes(real, real, "abc") == []


def test_a_generator_of_one_image_is_seen_as_collapsed(trained, monkeypatch):
    one = trained.data.batch("valid", 3, 1)
    monkeypatch.setattr(type(trained.model), "sample", lambda self, n, *, rng: one.x.expand(n, -1, -1, -1))
    bars = SessionViews(trained).frame("classes")
    assert isinstance(bars, Bars)
    assert bars.values[int(one.y[0])] == pytest.approx(100.0)
    assert bars.warning
    assert bars.note.count(", ") >= 8  # nine classes are missing
    values = SessionViews(trained).frame("precision").values
    assert values[0] in (0.0, 1.0)
    assert values[1] < 0.2


def test_copies_of_training_images_are_found_and_said(trained, monkeypatch):
    train = trained.data.batch("train")
    monkeypatch.setattr(type(trained.model), "sample", lambda self, n, *, rng: train.x[10 : 10 + n])
    frame = SessionViews(trained).frame("nearest", n=4)
    assert frame.warning
    assert np.allclose(frame.images[:4], frame.images[4:8])
    assert np.allclose(frame.images[:4], frame.images[8:])
    assert frame.captions[4:] == ("0.00",) * 4 + ("0.0",) * 4


def test_held_out_data_in_place_of_samples_give_the_null_lines(trained, monkeypatch):
    held_out = trained.data.batch("valid", 0, 200)
    monkeypatch.setattr(type(trained.model), "sample", lambda self, n, *, rng: held_out.x[:n])
    distance, quality = SessionViews(trained).frame("frechet"), SessionViews(trained).frame("precision")
    assert distance.values[0] == pytest.approx(distance.values[1], rel=1e-4)
    assert quality.values == pytest.approx(quality.reference)
    assert not SessionViews(trained).frame("nearest").warning


def test_the_histograms_hold_all_scores(trained):
    frame = SessionViews(trained).frame("scores")
    assert isinstance(frame, Curves)
    for series in frame.series:
        assert series.y.sum() == pytest.approx(100.0)
    assert frame.marker == 0.0


def test_views_of_two_splits_get_each_its_own(trained):
    frame = SessionViews(trained).frame("scores")
    assert [series.label for series in frame.series] == ["training data", "validation data", "samples"]


def test_data_without_a_classifier_have_no_views_that_need_one(monkeypatch):
    monkeypatch.setattr("explorer.engine.data.instruments.CLASSIFIERS", {})
    made = session("gan-images", data="digits", channels=4, batch=16, record=True)
    config, spec = made.setup.config, made.model.spec
    offered = {name for name, view in SessionViews(made).viewer.views.items() if view.applies(ImageGAN, config, spec)}
    assert offered == {"samples", "decode", "interpolation", "scores", "traversals"}
    made.step()
    assert set(made.journal.recorder.at(0)[1]) == {"samples", "interpolation"}
    with pytest.raises(BadInput, match="needs a classifier, and none comes with Digits"):
        SessionViews(made).viewer.last_frame(Request("classes"))


# Evaluation


def test_evaluation_of_the_training_data_themselves_is_perfect(monkeypatch):
    setup = Setup.of("gan-images", data="digits", values={"channels": 4}, device="cpu")
    data = TensorData(open_data("digits"), 0, torch.device("cpu"))
    model = ImageGAN(setup.config, data.spec)
    at = iter(range(0, 10_000, 500))

    def copies(self, n, *, rng):
        start = next(at)
        return data.batch("train", start, n).x

    monkeypatch.setattr(ImageGAN, "sample", copies)
    found = evaluate(model, data)
    assert found["n"] == 297
    assert found["frechet"] == pytest.approx(0.0, abs=1e-6)
    assert found["frechet_null"] > 0.1
    assert (found["precision"], found["recall"]) == (1.0, 1.0)
    assert 0.5 < found["precision_null"] <= 1.0
    shares = [value for key, value in found.items() if key.startswith("class_percent") and not key.endswith("_se")]
    assert len(shares) == 10
    assert sum(shares) == pytest.approx(100.0)
    assert found["least_class_percent"] == min(shares)
    p = found["confident_percent"] / 100
    assert p > 0.9
    assert found["confident_percent_se"] == pytest.approx(100 * math.sqrt(p * (1 - p) / 297))


@pytest.mark.parametrize(("n", "has"), [(1, set()), (5, {"frechet"}), (6, {"frechet", "precision", "recall"})])
def test_of_a_few_images_what_can_be_had_is_told(n, has):
    setup = Setup.of("gan-images", data="digits", values={"channels": 4}, device="cpu")
    data = TensorData(open_data("digits"), 0, torch.device("cpu"))
    found = evaluate(ImageGAN(setup.config, data.spec), data, limit=n)
    assert {key for key in ("frechet", "precision", "recall") if key in found} == has
    assert all(math.isfinite(value) for value in found.values() if value is not None)


def test_decode_begins_at_a_draw_from_the_prior_and_in_the_plane_at_the_origin(trained):
    views = SessionViews(trained)
    start = trained.model.first_latent()
    assert start.shape == (1, trained.model.latent_dim)
    assert 0.5 < float(start.norm()) / math.sqrt(trained.model.latent_dim) < 1.5
    torch.testing.assert_close(start, trained.model.first_latent())
    view = views.viewer.view("decode")
    assert torch.equal(views.viewer.default(view, LatentPoint, {}).z, start)
    plane = session("gan", batch=16, steps=10)
    assert not plane.model.first_latent().any()


def test_the_frechet_distance_has_a_logarithmic_scale(trained):
    from explorer.engine.runs.curves import loss_curves

    assert loss_curves(ImageGAN, trained.journal.history, trained.setup.config).log_panes == (
        "Fréchet distance, up to 500 images",
    )


# Slow motion


def pictured(model: ImageGAN, player: str, phase: str, batch: DataBatch, after: ImageGAN | None = None):
    """What a phase shows on the card of samples, and its numbers."""
    card = Images(np.zeros((16, *batch.x.shape[1:])), columns=4)
    rng = torch.Generator().manual_seed(7)
    with torch.no_grad():
        picture = model.copy().phase_picture(player, phase, batch, rng=rng, shown={"samples": card}, after=after)
    return picture.frames.get("samples"), picture.values


@pytest.mark.parametrize("objective", ["non-saturating", "least-squares", "hinge", "wasserstein-gp"])
def test_phases_show_the_data_and_samples_of_the_loss_and_how_d_judges_them(objective):
    model, batch = made(objective=objective).double(), batch_of(20)
    batch = DataBatch(batch.x.double(), None, batch.index)
    losses = model.copy().loss("discriminator", batch, rng=torch.Generator().manual_seed(7))
    scores = [losses[key].detach().item() for key in ("score_real", "score_fake")]
    z = model.prior_draw(20, rng=torch.Generator().manual_seed(7))
    samples = model.copy().generator(z).detach()
    drawn, _ = pictured(model, "discriminator", "draw", batch)
    np.testing.assert_array_equal(drawn.images, batch.x[:8])
    frame, _ = pictured(model, "discriminator", "generate", batch)
    np.testing.assert_allclose(frame.images, torch.cat([batch.x[:8], samples[:8]]), rtol=1e-6)
    assert (frame.columns, frame.row_labels, frame.captions) == (8, ("data", "G(z)"), ())
    frame, _ = pictured(model, "discriminator", "judge", batch)
    f = model.copy().discriminator(torch.cat([batch.x, samples])).detach()
    letter, judged = ("F", f) if objective in ("hinge", "wasserstein-gp") else ("D", model.game.probability(f))
    said = [f"{value:.2f}" for value in [*judged[:8].tolist(), *judged[20:28].tolist()]]
    assert list(frame.captions) == said
    if letter == "F":
        means = [float(part.mean()) for part in f.split(20)]
        assert means == pytest.approx(scores, rel=1e-9)


def test_the_update_of_g_shows_the_samples_of_the_same_z_before_and_after_it():
    model, batch = made().double(), batch_of(20)
    batch = DataBatch(batch.x.double(), None, batch.index)
    changed = model.copy()
    with torch.no_grad():
        for weight in changed.generator.parameters():
            weight.add_(0.05)
    z = model.prior_draw(20, rng=torch.Generator().manual_seed(7))
    frame, _ = pictured(model, "generator", "update", batch, changed.copy())
    assert frame.row_labels == ("before", "after")
    for row, made_of in zip((frame.images[:8], frame.images[8:]), (model, changed), strict=True):
        np.testing.assert_allclose(row, made_of.copy().generator(z)[:8].detach(), rtol=1e-6)
    assert pictured(model, "generator", "draw", batch)[0] is None
    assert all(set(player.forward_phases) == {"generate", "judge"} for player in model.players())
