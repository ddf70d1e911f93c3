"""Flows of images: layers with masks and scales, bits a dimension, directions of the noise, and simple models."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor, nn

from models.exact.image_baselines import GaussianMoments, LevelCounts
from models.flows.jacobians import jacobians
from models.flows.real_nvp_images import RealNVPImages
from models.flows.real_nvp_images.directions import first_directions, refined, slopes
from models.flows.real_nvp_images.layers import entries_of_scales, sizes
from models.flows.real_nvp_images.likelihood_views import bits
from models.flows.real_nvp_images.noise_views import layers, reconstruction, scales, temperatures
from models.flows.transforms import (
    ActNorm,
    ChannelCoupling,
    ChannelMixing,
    CheckerboardCoupling,
    Part,
    Squeeze,
    Transform,
    checkerboard,
)
from models.nets.same_size import DenseOnImages, ResidualConv
from models.protocol import BadValue, Data, DataBatch, DataPoint, DataSpec, Image, Noise, Progress, build

N = 3


@pytest.fixture(autouse=True)
def _double():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def stirred(module: nn.Module, by: float = 0.1) -> nn.Module:
    """Weights that are not those at the start, where couplings are the identity."""
    rng = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter += by * torch.randn(parameter.shape, generator=rng)
    return module


def flow_of(shape=(1, 4, 4), levels=17, **config) -> RealNVPImages:
    values = {"scales": 2, "checkerboards": 0, "couplings": 2, "width": 6, "alpha": 0.05, "sliders": 4, **config}
    kind = Image(*shape, "colour" if shape[0] == 3 else "grey")
    return stirred(RealNVPImages(build(RealNVPImages.Config, values), DataSpec(kind, 100, levels=levels))).eval()


def images(shape: tuple[int, ...], levels: int, n: int = N) -> Tensor:
    rng = torch.Generator().manual_seed(5)
    return torch.randint(levels, (n, *shape), generator=rng) / (levels - 1)


def flat(transform: Transform, shape: tuple[int, ...]) -> Part:
    return Part(transform, shape)


HALVES = torch.arange(4).chunk(2)
LAYERS = {
    "actnorm": lambda: flat(ActNorm(4), (4, 2, 2)),
    "1×1 convolution": lambda: flat(ChannelMixing(4), (4, 2, 2)),
    "first channels stay": lambda: flat(ChannelCoupling(*HALVES, ResidualConv(2, 5, 4, 1)), (4, 2, 2)),
    "last channels stay": lambda: flat(ChannelCoupling(*HALVES[::-1], ResidualConv(2, 5, 4, 2)), (4, 2, 2)),
    "even squares stay": lambda: flat(CheckerboardCoupling(checkerboard(4, 4), ResidualConv(1, 5, 2, 0)), (1, 4, 4)),
    "odd squares stay": lambda: flat(CheckerboardCoupling(checkerboard(4, 4, 1), ResidualConv(1, 5, 2, 1)), (1, 4, 4)),
    "dense": lambda: flat(ChannelCoupling(*HALVES, DenseOnImages((2, 2, 2), [5], 4)), (4, 2, 2)),
    "squeeze": lambda: Part(Squeeze(), (4, 2, 2), (1, 4, 4)),
    "a part": lambda: flat(ChannelCoupling(*HALVES, ResidualConv(2, 5, 4, 0)), (4, 1, 2)),
}


def assert_exact(transform: Transform, e: Tensor, tolerance: float) -> None:
    x, log_det = transform(e)
    back, inverse_log_det = transform.inverse(x)
    expected = torch.linalg.slogdet(jacobians(lambda e: transform(e)[0], e)).logabsdet
    torch.testing.assert_close(back, e, atol=tolerance, rtol=0)
    torch.testing.assert_close(log_det, expected, atol=tolerance, rtol=0)
    torch.testing.assert_close(inverse_log_det, -expected, atol=tolerance, rtol=0)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_and_its_log_determinant_are_exact(name):
    layer = stirred(LAYERS[name]())
    e = torch.randn(N, 16)
    assert_exact(layer, e, 1e-12)
    moved = (layer(e)[0] - e).abs().amax(dim=0) > 0
    expected = {"first channels stay": range(8, 16), "last channels stay": range(8), "a part": range(4, 8)}
    if name in expected:
        assert moved.nonzero().flatten().tolist() == list(expected[name])
    if "squares" in name:
        kept = checkerboard(4, 4, int(name.startswith("odd"))).flatten()
        assert torch.equal(moved, kept == 0)


@pytest.mark.parametrize(
    ("shape", "config"),
    [
        ((1, 4, 4), {}),
        ((1, 4, 4), {"mixing": False, "checkerboards": 2, "norm": False}),
        ((2, 4, 4), {"checkerboards": 1, "net": "dense"}),
        ((1, 8, 8), {"scales": 3, "checkerboards": 1}),
    ],
)
def test_the_flow_and_its_log_determinant_are_exact(shape, config):
    model = flow_of(shape, **config)
    assert_exact(model.flow, torch.randn(N, math.prod(shape)), 1e-10)


def test_the_log_density_is_that_of_the_noise_and_the_jacobian_of_the_whole_way():
    model = flow_of()
    x = images((1, 4, 4), 17)
    e, log_prob = model(x)
    y = ((16 * x + 0.5) / 17).flatten(1).requires_grad_()

    def inverse(y: Tensor) -> Tensor:
        z = 0.05 + 0.9 * y
        return model.flow.inverse((z / (1 - z)).log())[0]

    rows = [torch.autograd.grad(inverse(y)[:, i].sum(), y)[0] for i in range(16)]
    log_det = torch.linalg.slogdet(torch.stack(rows, dim=1)).logabsdet
    noise = torch.distributions.Normal(0.0, 1.0).log_prob(e).sum(dim=1)
    torch.testing.assert_close(log_prob, noise + log_det - 16 * math.log(17), atol=1e-10, rtol=0)


def test_squeezing_keeps_every_entry_and_puts_squares_into_channels():
    x = torch.arange(16.0).view(1, 1, 4, 4)
    squeezed, log_det = Squeeze().inverse(x)
    assert squeezed.shape == (1, 4, 2, 2)
    assert float(log_det) == 0
    assert sorted(squeezed.flatten().tolist()) == list(range(16))
    assert squeezed[0, :, 0, 0].tolist() == [0, 1, 4, 5]
    assert torch.equal(Squeeze()(squeezed)[0], x)


@pytest.mark.parametrize(("shape", "count"), [((1, 8, 8), 3), ((3, 8, 8), 2), ((1, 28, 28), 2)])
def test_factoring_out_keeps_dimensions(shape, count):
    parts = entries_of_scales(shape, count)
    covered = sorted(k for part in parts for k in range(part.start, part.stop))
    assert covered == list(range(math.prod(shape)))
    for k, (c, h, w) in enumerate(sizes(shape, count)[:-1]):
        assert parts[k].stop - parts[k].start == c * h * w // 2


def test_noise_that_is_factored_out_passes_the_coarser_scales_as_it_is():
    model = flow_of((1, 8, 8))
    fine, _ = entries_of_scales((1, 8, 8), 2)
    e = torch.randn(N, 64)
    for layer in model.flow:
        if layer.label.startswith("scale 1"):
            break
        after, _ = layer(e)
        assert torch.equal(after[:, fine], e[:, fine])
        e = after


@pytest.mark.parametrize("alpha", [1e-6, 0.05])
def test_bits_of_the_identity_flow_are_those_of_a_normal_distribution_of_logits(alpha):
    config = {"norm": False, "mixing": False, "alpha": alpha, "scales": 1, "checkerboards": 1, "couplings": 1}
    model = RealNVPImages(build(RealNVPImages.Config, config), DataSpec(Image(1, 4, 4, "grey"), 10, levels=17))
    x = images((1, 4, 4), 17)
    batch = DataBatch(x, None, torch.arange(N))
    found = model.evaluate(batch, rng=torch.Generator().manual_seed(1))["bits_per_dim"]
    u = torch.rand(N, 16, generator=torch.Generator().manual_seed(1))
    y = (16 * x.flatten(1) + u).numpy() / 17
    p = alpha + (1 - 2 * alpha) * y
    density = stats.norm.pdf(np.log(p / (1 - p))) * (1 - 2 * alpha) / (p * (1 - p))  # of y
    np.testing.assert_allclose(found.detach(), -np.log2(density / 17).mean(axis=1), atol=1e-10)


def test_actnorm_begins_with_unit_variance_on_training_data():
    class FewData:
        def split(self, name: str, n: int | None) -> DataBatch:
            x = images((1, 4, 4), 17, n=64)
            return DataBatch(x, None, torch.arange(64), split=name)

    model = flow_of()
    model.prepare(FewData(), {})
    seen: list[Tensor] = []
    norms = [module for module in model.modules() if isinstance(module, ActNorm)]
    inverse = ActNorm.inverse
    with pytest.MonkeyPatch.context() as patch:

        def watched(self: ActNorm, x: Tensor) -> tuple[Tensor, Tensor]:
            out = inverse(self, x)
            seen.append(out[0])
            return out

        patch.setattr(ActNorm, "inverse", watched)
        model.to_noise(FewData().split("train", None).x, torch.Generator().manual_seed(0))
    assert len(seen) == len(norms) > 0
    for e in seen:
        torch.testing.assert_close(e.mean(dim=(0, 2, 3)), torch.zeros(e.shape[1]), atol=1e-10, rtol=0)
        torch.testing.assert_close(e.var(dim=(0, 2, 3), correction=0), torch.ones(e.shape[1]), atol=1e-10, rtol=0)


def test_temperature_scales_the_noise():
    model = flow_of()
    at = {t: model.sample(4, rng=torch.Generator().manual_seed(2), temperature=t) for t in (0.0, 0.5, 1.0)}
    e = torch.randn(4, 16, generator=torch.Generator().manual_seed(2))
    assert torch.equal(at[0.5], model.from_noise(0.5 * e))
    assert torch.equal(at[1.0], model.sample(4, rng=torch.Generator().manual_seed(2)))
    assert torch.equal(at[0.0], model.from_noise(torch.zeros(4, 16)))


def test_directions_converge_to_the_right_singular_vectors():
    model = stirred(flow_of(checkerboards=1))
    at = torch.randn(16, generator=torch.Generator().manual_seed(1))
    jacobian = torch.autograd.functional.jacobian(lambda e: model.smooth(e[None])[0], at)
    _, values, vectors = torch.linalg.svd(jacobian)
    v = first_directions(3, 16)
    torch.testing.assert_close(v @ v.T, torch.eye(3), atol=1e-6, rtol=0)
    v = v.double()
    torch.testing.assert_close(slopes(model.smooth, at, v), v @ jacobian.T, atol=1e-12, rtol=0)
    for _ in range(150):
        v = refined(model.smooth, at, v)
    torch.testing.assert_close((v * vectors[:3]).sum(dim=1).abs(), torch.ones(3), atol=1e-8, rtol=0)
    torch.testing.assert_close(slopes(model.smooth, at, v).norm(dim=1), values[:3], atol=1e-8, rtol=0)


def test_directions_follow_the_weights_every_sixty_rounds_and_keep_their_signs():
    model = flow_of()
    model.example.copy_(images((1, 4, 4), 17, n=1))
    before = model.principal.clone()
    model.begin_round(Progress(59, 0.5))
    assert torch.equal(model.principal, before)
    model.begin_round(Progress(60, 0.5))
    expected = refined(model.smooth, model.to_noise(model.example)[0][0], before)
    torch.testing.assert_close(model.principal, expected)
    again = refined(model.smooth, model.code, model.principal)
    assert bool(((again * model.principal).sum(dim=1) > 0).all())


def test_sliders_move_the_code_of_the_image_along_the_directions():
    model = flow_of()
    model.example.copy_(images((1, 4, 4), 17, n=1))
    model.begin_round(Progress(0, 0.0))
    assert torch.equal(model.decode_mean(torch.zeros(1, 4)), model.example)
    z = torch.randn(3, 4)
    e = model.to_noise(model.example)[0] + z @ model.principal
    assert torch.equal(model.decode_mean(z), model.from_noise(e))
    drawn = model.prior_draw(4000, rng=torch.Generator().manual_seed(0))
    along = (model.code + drawn @ model.principal) @ model.principal.T
    assert float((along.mean(dim=0).abs() / (along.std(dim=0) / 4000**0.5)).max()) < 4
    torch.testing.assert_close(along.var(dim=0), torch.ones(4), atol=0.1, rtol=0)


def test_images_come_back_and_the_picture_says_how_exactly():
    model = flow_of((1, 8, 8))
    x = images((1, 8, 8), 17, n=4)
    e, _ = model.to_noise(x)
    assert torch.equal(model.from_noise(e), x)
    frame = reconstruction(model, DataBatch(x, None, torch.arange(4), split="valid"))
    assert "all pixels are equal" in frame.note
    assert not frame.warning
    np.testing.assert_allclose(frame.images[4:8], (16 * x + 0.5) / 17, atol=1e-12)


def test_a_scale_drawn_anew_leaves_the_noise_of_the_other():
    model = flow_of((1, 8, 8))
    x = images((1, 8, 8), 17, n=1)
    frame = scales(model, DataPoint(x, None, 0), Noise(0))
    rows = torch.from_numpy(frame.images).unflatten(0, (3, 6))
    own = model.to_noise(x)[0]
    torch.testing.assert_close(rows[:, 0], x.expand(3, 1, 8, 8))
    drawn = model.draw_noise(5, rng=Noise(0).rng())
    fine, coarse = entries_of_scales((1, 8, 8), 2)
    for row, kept in ((0, coarse), (1, fine), (2, slice(0, 0))):
        e = drawn.clone()
        e[:, kept] = own[:, kept]
        assert torch.equal(rows[row, 1:], model.from_noise(e))


def test_the_film_ends_in_the_samples_and_the_temperatures_share_their_noise():
    model = flow_of((1, 8, 8))
    film = layers(model, Noise(4))
    e = 0.8 * model.draw_noise(16, rng=Noise(4).rng())
    y = model.flow(e)[0]
    np.testing.assert_allclose(film.frames[-1].images, y.sigmoid().view(16, 1, 8, 8).detach(), atol=1e-12)
    assert len(film.frames) == len(model.flow) + 1
    assert sorted(film.frames[0].images[0].flatten()) == pytest.approx(sorted(e[0].sigmoid().tolist()))
    frame = temperatures(model, Noise(4))
    assert torch.equal(
        torch.from_numpy(frame.images[:5]), model.from_noise(0.3 * model.draw_noise(5, rng=Noise(4).rng()))
    )


@pytest.mark.parametrize(("shape", "most"), [((1, 28, 28), 2), ((1, 12, 8), 2), ((3, 32, 32), 5)])
def test_too_many_scales_are_refused(shape, most):
    config = build(RealNVPImages.Config, {"scales": 4})
    if most >= 4:
        RealNVPImages.check(config, Image(*shape))
        return
    with pytest.raises(BadValue, match=f"scales takes a whole number from 1 to {most} for images of"):
        RealNVPImages.check(config, Image(*shape))


def test_images_of_odd_sides_are_refused():
    with pytest.raises(BadValue, match="must be even: not images of 7×8 pixels"):
        RealNVPImages.check(RealNVPImages.Config(), Image(1, 7, 8))


def test_the_histogram_has_the_frequencies_of_the_levels():
    rng = np.random.default_rng(0)
    train, held_out = rng.integers(5, size=(40, 3)), rng.integers(5, size=(7, 3))
    counts = LevelCounts(3, 5)
    for part in torch.from_numpy(train / 4).split(16):
        counts.add(part)
    expected = sum(np.log([((train[:, d] == v).sum() + 1) / 45 for v in held_out[:, d]]) for d in range(3))
    np.testing.assert_allclose(counts.log_prob(torch.from_numpy(held_out / 4)), expected, atol=1e-12)


@pytest.mark.parametrize("full", [True, False])
def test_gaussians_have_the_moments_of_the_data(full):
    rng = np.random.default_rng(1)
    train, held_out = rng.normal(2.0, 1.5, size=(50, 4)) @ rng.normal(size=(4, 4)), rng.normal(size=(6, 4))
    moments = GaussianMoments(4, full=full)
    for part in torch.from_numpy(train).split(16):
        moments.add(part)
    covariance = np.cov(train.T, bias=True)
    ruler = stats.multivariate_normal(train.mean(0), covariance if full else np.diag(np.diag(covariance)))
    np.testing.assert_allclose(moments.log_prob(torch.from_numpy(held_out)), ruler.logpdf(held_out), atol=1e-9)


def test_simple_models_go_on_where_a_picture_was_given_up():
    model = flow_of((1, 4, 4))
    x = images((1, 4, 4), 17, n=300)

    def split(name: str, n: int | None) -> DataBatch:
        part = x[:250] if name == "train" else x[250:]
        return DataBatch(part[:n], None, torch.arange(len(part[:n])), split=name)

    spec = DataSpec(Image(1, 4, 4, "grey"), 250, levels=17)
    given_up, whole = Data(spec, split), Data(spec, split)
    with torch.no_grad():
        (*_, expected) = bits(model, whole, Noise(0))
        first = bits(model, given_up, Noise(0))
        next(first)
        next(first)
        first.close()
        (*_, found) = bits(model, given_up, Noise(0))
    assert found.labels == ("flow", "independent histogram", "diagonal Gaussian", "full Gaussian")
    np.testing.assert_array_equal(found.values, expected.values)
    counts = LevelCounts(16, 17)
    counts.add(split("train", None).x.flatten(1))
    nats = -counts.log_prob(split("valid", None).x.flatten(1)).mean()
    assert found.values[1] == pytest.approx(float(nats) / (16 * math.log(2)))
