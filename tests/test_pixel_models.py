"""Autoregressive models of images: normalisation, causality, receptive fields and drawing, over all architectures."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models.autoregressive.diagonal_bilstm import DiagonalBiLSTM
from models.autoregressive.pixel_cnn import PixelCNN
from models.autoregressive.pixel_rnn import PixelRNN
from models.autoregressive.pixels import PixelModel
from models.autoregressive.row_lstm import RowLSTM
from models.likelihoods.levels import BernoulliLevels, CategoricalLevels, Levels, LogisticLevels
from models.nets.arrays import NumpyArrays, TorchArrays
from models.nets.masked import MaskedConv2d
from models.nets.masked_raster import MaskedOutputs
from models.protocol import BadValue, DataBatch, DataSpec, Image


@dataclass(frozen=True)
class Case:
    """An architecture: a page with the fields of its config."""

    page: type[PixelModel]
    config: dict[str, Any]

    def model(self, height: int, width: int, *, levels: int = 2, scale: float = 1.0) -> PixelModel:
        """The model in float64, with random weights of a size that makes every conditional depend on its inputs."""
        torch.manual_seed(7)
        values = "binary" if levels == 2 else "grey"
        spec = DataSpec(Image(1, height, width, values), 10, levels=levels)
        model = self.page(self.page.Config(**self.config), spec).double().eval()
        with torch.no_grad():
            for parameter in model.parameters():
                fan_in = math.prod(parameter.shape[1:]) or 1
                parameter.copy_(scale * torch.randn(parameter.shape, dtype=torch.float64) / math.sqrt(fan_in))
        return model


SMALL = {"layers": 3, "channels": 5}
CASES = [
    pytest.param(Case(PixelCNN, {**SMALL, "stack": "plain", "first_kernel": 3}), id="plain 3×3"),
    pytest.param(Case(PixelCNN, {**SMALL, "stack": "plain", "first_kernel": 7}), id="plain 7×7"),
    pytest.param(Case(PixelCNN, {**SMALL, "stack": "gated", "first_kernel": 3}), id="gated 3×3"),
    pytest.param(Case(PixelCNN, {**SMALL, "stack": "gated", "first_kernel": 7}), id="gated 7×7"),
    pytest.param(Case(PixelRNN, {"hidden": 5}), id="LSTM"),
    pytest.param(Case(PixelRNN, {"hidden": 4, "layers": 2, "above": True, "position": True}), id="LSTM, 2 layers"),
    pytest.param(Case(PixelRNN, {"hidden": 5, "cell": "gru", "layers": 2, "above": True}), id="GRU, 2 layers"),
    pytest.param(Case(RowLSTM, {"hidden": 3, "first_kernel": 3}), id="row LSTM 3×3"),
    pytest.param(Case(RowLSTM, {"hidden": 3, "layers": 2, "kernel": 5, "first_kernel": 7}), id="row LSTM, 2 layers"),
    pytest.param(Case(DiagonalBiLSTM, {"hidden": 3, "first_kernel": 3}), id="diagonal BiLSTM 3×3"),
    pytest.param(Case(DiagonalBiLSTM, {"hidden": 2, "layers": 2, "first_kernel": 7}), id="diagonal BiLSTM, 2 layers"),
]
every_architecture = pytest.mark.parametrize("case", CASES)


def _binary(n: int, height: int, width: int, seed: int = 0) -> Tensor:
    return (torch.rand(n, 1, height, width, generator=torch.Generator().manual_seed(seed)) < 0.5).double()


@every_architecture
def test_probabilities_of_all_images_add_up_to_one(case: Case) -> None:
    every = torch.tensor(list(itertools.product((0.0, 1.0), repeat=9)), dtype=torch.float64).reshape(-1, 1, 3, 3)
    with torch.no_grad():
        total = case.model(3, 3, scale=2.0).log_prob(every).exp().sum()
    assert float(total) == pytest.approx(1.0, abs=1e-10)


@pytest.mark.parametrize("output", ["softmax", "logistics"])
def test_probabilities_of_all_grey_images_add_up_to_one(output: str) -> None:
    every = torch.tensor(list(itertools.product((0.0, 0.5, 1.0), repeat=4)), dtype=torch.float64).reshape(-1, 1, 2, 2)
    model = Case(PixelCNN, {**SMALL, "output": output}).model(2, 2, levels=3, scale=2.0)
    with torch.no_grad():
        assert float(model.log_prob(every).exp().sum()) == pytest.approx(1.0, abs=1e-10)


@every_architecture
@pytest.mark.parametrize(("side", "pixels"), [(3, None), (8, None), (28, 10)])
def test_a_conditional_depends_on_earlier_pixels_alone(case: Case, side: int, pixels: int | None) -> None:
    model, x = case.model(side, side), _binary(1, side, side)
    chosen = range(side * side)
    if pixels is not None:
        chosen = np.random.default_rng(0).choice(side * side, pixels, replace=False)
    with torch.no_grad():
        before = model.outputs(x).flatten(2)
        for j in chosen:
            flipped = x.clone()
            flipped.view(-1)[j] = 1 - flipped.view(-1)[j]
            change = (model.outputs(flipped).flatten(2) - before).abs().amax(dim=(0, 1))
            assert float(change[: j + 1].max()) < 1e-13
            assert j == side * side - 1 or float(change[j + 1 :].max()) > 1e-9


def _propagated(height: int, width: int, pixel: tuple[int, int], sees: list[Callable[[int, int], bool]]) -> np.ndarray:
    """The pixels that an output depends on, layer by layer from the output, each layer by which offsets it sees."""
    reached = {pixel}
    for offsets in reversed(sees):
        reached = {
            (r + dr, c + dc)
            for r, c in reached
            for dr in range(-3, 1)
            for dc in range(-3, 4)
            if offsets(dr, dc) and 0 <= r + dr < height and 0 <= c + dc < width
        }
    mask = np.zeros((height, width), bool)
    for r, c in reached:
        mask[r, c] = True
    return mask


def _masked(kernel: int, own: bool) -> Callable[[int, int], bool]:
    reach = kernel // 2
    return lambda dr, dc: (-reach <= dr < 0 and abs(dc) <= reach) or (dr == 0 and -reach <= dc < own)


def _actual(model: PixelModel, height: int, width: int, pixel: tuple[int, int]) -> np.ndarray:
    """The pixels whose derivative is not zero at any of some random images."""
    x = torch.rand(
        100, 1, height, width, dtype=torch.float64, generator=torch.Generator().manual_seed(1)
    ).requires_grad_()
    (slope,) = torch.autograd.grad(model.outputs(x)[:, :, pixel[0], pixel[1]].sum(), x)
    return (slope != 0).any(dim=0)[0].numpy()


@pytest.mark.parametrize(("kernel", "count"), [(3, 121), (7, 130)])
def test_the_plain_stack_has_a_blind_spot(kernel: int, count: int) -> None:
    model = Case(PixelCNN, {"stack": "plain", "layers": 12, "channels": 4, "first_kernel": kernel}).model(13, 13)
    expected = _propagated(13, 13, (10, 6), [_masked(kernel, own=False)] + 12 * [_masked(3, own=True)])
    assert expected.sum() == count
    np.testing.assert_array_equal(_actual(model, 13, 13, (10, 6)), expected)
    np.testing.assert_array_equal(model.sees(10, 6).numpy(), expected)


@pytest.mark.parametrize("kernel", [3, 7])
def test_the_gated_stacks_see_every_earlier_pixel(kernel: int) -> None:
    model = Case(PixelCNN, {"stack": "gated", "layers": 12, "channels": 4, "first_kernel": kernel}).model(13, 13)
    earlier = np.arange(169).reshape(13, 13) < 136
    np.testing.assert_array_equal(_actual(model, 13, 13, (10, 6)), earlier)
    np.testing.assert_array_equal(model.sees(10, 6).numpy(), earlier)


@every_architecture
@pytest.mark.parametrize("pixel", [(0, 0), (0, 5), (4, 0), (5, 12), (11, 6), (12, 12)])
def test_the_declared_receptive_field_is_that_of_the_network(case: Case, pixel: tuple[int, int]) -> None:
    model = case.model(13, 13)
    if pixel == (0, 0):
        assert not model.sees(0, 0).any()
    else:
        np.testing.assert_array_equal(model.sees(*pixel).numpy(), _actual(model, 13, 13, pixel))


@every_architecture
@pytest.mark.parametrize("levels", [2, 4])
@pytest.mark.parametrize("n", [1, 3])
def test_drawing_pixel_by_pixel_gives_the_outputs_of_a_whole_pass(case: Case, levels: int, n: int) -> None:
    model = case.model(5, 6, levels=levels)
    x = torch.zeros(n, 1, 5, 6, dtype=torch.float64)
    network, drawn = model.raster_outputs(x), torch.rand(n, 5, 6, generator=torch.Generator().manual_seed(3))
    outputs = []
    with torch.no_grad():
        for row, column in itertools.product(range(5), range(6)):
            outputs.append(network.at(row, column).clone())
            x[:, 0, row, column] = (drawn[:, row, column] * levels).floor() / (levels - 1)
        whole = model.outputs(x).flatten(2).permute(2, 0, 1)  # (pixels, n, outputs)
    assert float((torch.stack(outputs) - whole).abs().max()) < 1e-12


@pytest.mark.parametrize("stack", ["plain", "gated"])
@pytest.mark.parametrize("arrays", [NumpyArrays(), TorchArrays()], ids=["numpy", "torch"])
def test_both_array_libraries_give_the_same_outputs(stack: str, arrays: Any) -> None:
    model = Case(PixelCNN, {**SMALL, "stack": stack}).model(5, 6)
    assert isinstance(model, PixelCNN)
    x = _binary(2, 5, 6)
    network = MaskedOutputs(x, model.layers, model.head, arrays)  # type: ignore[arg-type]
    with torch.no_grad():
        outputs = [network.at(row, column).clone() for row in range(5) for column in range(6)]
        whole = model.outputs(x).flatten(2).permute(2, 0, 1)
    assert float((torch.stack(outputs) - whole).abs().max()) < 1e-12


@every_architecture
def test_the_fast_and_the_naive_way_draw_the_same_images(case: Case) -> None:
    model = case.model(6, 5)
    drawn = []
    for naive in (False, True):
        x = torch.zeros(4, 1, 6, 5, dtype=torch.float64)
        for _ in model.drawing(x, torch.zeros_like(x), rng=torch.Generator().manual_seed(2), naive=naive):
            pass
        drawn.append(x)
    assert torch.equal(*drawn)
    assert len(drawn[0].flatten(1).unique(dim=0)) > 1


@every_architecture
def test_a_completion_keeps_the_given_pixels(case: Case) -> None:
    model, x = case.model(6, 5), _binary(4, 6, 5)
    for n in (1, 4):  # one mask for all images, and one for each
        mask = _binary(n, 6, 5, seed=9)
        completed = model.complete(x, mask, rng=torch.Generator().manual_seed(0))
        assert torch.equal(completed * mask, x * mask)
        assert not torch.equal(completed, x)


@every_architecture
def test_a_completion_depends_on_the_given_pixels_before_it_alone(case: Case) -> None:
    model, x = case.model(6, 5), _binary(4, 6, 5)
    mask, other = torch.ones_like(x), x.clone()
    mask[:, :, 1:3] = 0
    other[:, :, 3:] = 1 - x[:, :, 3:]
    one, two = (model.complete(given, mask, rng=torch.Generator().manual_seed(0)) for given in (x, other))
    assert torch.equal(one[:, :, :3], two[:, :, :3])


def test_samples_have_the_frequencies_of_their_probabilities() -> None:
    model = Case(PixelCNN, {**SMALL, "stack": "plain"}).model(2, 2)
    every = torch.tensor(list(itertools.product((0.0, 1.0), repeat=4)), dtype=torch.float64).reshape(-1, 1, 2, 2)
    with torch.no_grad():
        p = model.log_prob(every).exp()
    n = 20_000
    x = model.sample(n, rng=torch.Generator().manual_seed(0)).flatten(1)
    counts = torch.bincount((x @ torch.tensor([8.0, 4.0, 2.0, 1.0], dtype=torch.float64)).long(), minlength=16)
    error = (p * (1 - p) / n).sqrt()
    assert float(((counts / n - p) / error).abs().max()) < 4.5


def test_a_low_temperature_takes_the_most_likely_level() -> None:
    model = Case(PixelCNN, SMALL).model(4, 4)
    x = model.sample(3, rng=torch.Generator().manual_seed(0), temperature=0.05)
    with torch.no_grad():
        p = model.outputs(x).sigmoid()
    sure = (p - 0.5).abs() > 0.2
    assert torch.equal(x[sure], (p > 0.5).double()[sure])


# The distribution of one entry


def _logistic_cdf(x: Tensor, mean: Tensor, scale: Tensor) -> Tensor:
    return torch.sigmoid((x - mean) / scale)


def test_logistics_are_integrated_over_the_interval_of_each_level() -> None:
    levels, k = 5, 3
    output = torch.randn(2, 3 * k, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    logits, means, log_scales = output.chunk(3, dim=1)
    weights = logits.softmax(dim=1)
    edges = torch.linspace(-1.25, 1.25, levels + 1, dtype=torch.float64)
    edges[0], edges[-1] = -torch.inf, torch.inf
    cdf = torch.stack([(weights * _logistic_cdf(e, means, log_scales.exp())).sum(dim=1) for e in edges], dim=1)
    expected = cdf.diff(dim=1)
    log_p = LogisticLevels(levels, k).log_probs(output)
    torch.testing.assert_close(log_p.exp(), expected, rtol=0, atol=1e-12)


def test_a_logistic_far_from_a_level_keeps_a_finite_logarithm() -> None:
    output = torch.tensor([[0.0, 1.0, -6.0]], dtype=torch.float32)
    log_p = LogisticLevels(256, 1).log_probs(output)
    assert bool(log_p.isfinite().all())
    assert float(log_p[0, 0]) < -500


@pytest.mark.parametrize("levels", [BernoulliLevels(), CategoricalLevels(4), LogisticLevels(4, 2)])
def test_the_log_probability_of_a_level_is_one_of_all_of_them(levels: Levels) -> None:
    output = 2 * torch.randn(3, levels.outputs, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    every = levels.log_probs(output)
    torch.testing.assert_close(every.exp().sum(dim=1), torch.ones(3, 5, dtype=torch.float64))
    for level in range(levels.levels):
        x = torch.full((3, 5), level / (levels.levels - 1), dtype=torch.float64)
        torch.testing.assert_close(levels.log_prob(output, x), every[:, level])
    values = torch.arange(levels.levels) / (levels.levels - 1)
    torch.testing.assert_close(levels.mean(output), (every.exp() * values[None, :, None]).sum(dim=1))


@pytest.mark.parametrize("levels", [BernoulliLevels(), CategoricalLevels(4), LogisticLevels(4, 2)])
def test_draws_from_evenly_spread_numbers_have_the_probabilities(levels: Levels) -> None:
    output = torch.randn(1, levels.outputs, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    n = 10_000
    u = (torch.arange(n, dtype=torch.float64) + 0.5) / n
    drawn = levels.indices(levels.draw(output.expand(n, -1), u))
    shares = torch.bincount(drawn, minlength=levels.levels) / n
    torch.testing.assert_close(shares.double(), levels.log_probs(output)[0].exp(), rtol=0, atol=1.5 / n)


def test_temperature_raises_probabilities_to_its_inverse() -> None:
    levels, n = CategoricalLevels(3), 9_000
    output = torch.tensor([[0.0, 1.0, -0.5]], dtype=torch.float64)
    u = (torch.arange(n, dtype=torch.float64) + 0.5) / n
    drawn = levels.indices(levels.draw(output.expand(n, -1), u, temperature=2.0))
    p = output[0].softmax(dim=0).sqrt()
    torch.testing.assert_close((torch.bincount(drawn) / n).double(), p / p.sum(), rtol=0, atol=1.5 / n)


# Networks and errors


def test_masks_keep_what_comes_before_in_raster_order() -> None:
    a, b = MaskedConv2d(1, 1, 5, own=False), MaskedConv2d(1, 1, 5, own=True)
    flat = torch.arange(25).reshape(5, 5)
    assert torch.equal(a.mask.bool(), flat < 12)
    assert torch.equal(b.mask.bool(), flat <= 12)


def test_weights_that_are_masked_get_no_gradient() -> None:
    conv = MaskedConv2d(2, 3, 3, own=True)
    conv(torch.randn(2, 2, 4, 4, generator=torch.Generator().manual_seed(0))).square().sum().backward()
    assert conv.weight.grad is not None
    assert float((conv.weight.grad * (1 - conv.mask)).abs().max()) == 0
    assert float(conv.weight.grad[..., conv.mask > 0].abs().min()) > 0


def test_dropout_acts_in_training_alone_and_draws_from_its_generator() -> None:
    torch.manual_seed(0)
    spec = DataSpec(Image(1, 4, 4, "binary"), 10, levels=2)
    model = PixelCNN(PixelCNN.Config(**SMALL, dropout=0.5), spec)
    batch = DataBatch(_binary(6, 4, 4).float(), None, torch.arange(6))

    def nll(seed: int) -> float:
        return model.loss(batch, rng=torch.Generator().manual_seed(seed))["nll"].item()

    assert nll(0) == nll(0) != nll(1)
    model.eval()
    assert nll(0) == nll(1) == pytest.approx(-model.log_prob(batch.x).mean().item(), rel=1e-6)


def test_images_whose_values_are_not_counted_are_refused() -> None:
    with pytest.raises(BadValue, match="counted"):
        PixelCNN(PixelCNN.Config(), DataSpec(Image(1, 8, 8, "grey"), 10))


def test_bits_are_nats_of_a_pixel() -> None:
    model = Case(PixelCNN, {**SMALL, "output": "softmax"}).model(3, 3, levels=4)
    x = (_binary(5, 3, 3) + _binary(5, 3, 3, 1) + _binary(5, 3, 3, 2)) / 3
    batch = DataBatch(x, None, torch.arange(5))
    bits = model.evaluate(batch, rng=torch.Generator())["bits_per_dim"]
    torch.testing.assert_close(bits, -model.log_prob(x) / 9 / math.log(2))
    assert isinstance(model, nn.Module)
