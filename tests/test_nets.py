"""Building blocks: shapes at awkward sizes, dropout from the caller's generator, weights from the global one."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from models.nets import MLP, ConvDecoder, ConvEncoder, Dropout, parameter_count
from models.nets.lookup import rows_by_product


def test_an_mlp_is_its_layers_composed_with_no_activation_at_the_end():
    net = MLP([3, 5, 2], nn.Tanh).double()
    first, _, last = net
    x = torch.randn(7, 3, dtype=torch.float64)
    expected = torch.tanh(x @ first.weight.T + first.bias) @ last.weight.T + last.bias
    torch.testing.assert_close(net(x), expected)
    assert parameter_count(net) == (3 * 5 + 5) + (5 * 2 + 2)


def test_an_mlp_needs_two_sizes():
    with pytest.raises(ValueError, match="input and output"):
        MLP([3])


@pytest.mark.parametrize("shape", [(1, 8, 8), (1, 28, 28), (3, 32, 32), (1, 9, 13), (2, 21, 8)])
@pytest.mark.parametrize("channels", [(4,), (4, 6), (4, 6, 5)])
def test_convolutions_go_from_any_image_to_features_and_back(shape, channels):
    encoder, decoder = ConvEncoder(shape, channels, 10), ConvDecoder(10, channels[::-1], shape)
    x = torch.randn(3, *shape)
    features = encoder(x)
    assert features.shape == (3, 10)
    image = decoder(features)
    assert image.shape == (3, *shape)
    image.square().sum().backward()
    for parameter in [*encoder.parameters(), *decoder.parameters()]:
        assert parameter.grad is not None
        assert parameter.grad.abs().sum() > 0


def test_every_output_pixel_depends_on_the_features():
    decoder = ConvDecoder(4, (6, 4), (1, 9, 11)).double()
    features = torch.randn(1, 4, dtype=torch.float64)
    changed = (decoder(features) - decoder(features + 1.0)).abs()
    assert (changed > 0).all()


def test_images_that_are_too_small_are_refused_with_a_way_out():
    with pytest.raises(ValueError, match="not 7×28: choose the mlp"):
        ConvEncoder((1, 7, 28), (4,), 3)
    with pytest.raises(ValueError, match="not 28×7"):
        ConvDecoder(3, (4,), (1, 28, 7))


def test_dropout_keeps_the_mean_and_drops_the_right_share():
    n, p = 200_000, 0.3
    y = Dropout(p)(torch.ones(n, dtype=torch.float64), rng=torch.Generator().manual_seed(0))
    dropped = (y == 0).double().mean().item()
    assert abs(dropped - p) < 5 * (p * (1 - p) / n) ** 0.5
    torch.testing.assert_close(y[y != 0].unique(), torch.tensor([1 / (1 - p)], dtype=torch.float64))


def test_dropout_draws_from_its_generator_alone():
    layer, x = Dropout(0.5), torch.ones(1000)
    before = torch.get_rng_state()
    first = layer(x, rng=torch.Generator().manual_seed(3))
    again = layer(x, rng=torch.Generator().manual_seed(3))
    other = layer(x, rng=torch.Generator().manual_seed(4))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_dropout_is_the_identity_when_not_training():
    layer, rng = Dropout(0.9).eval(), torch.Generator().manual_seed(0)
    state = rng.get_state()
    x = torch.randn(10)
    assert torch.equal(layer(x, rng=rng), x)
    assert torch.equal(rng.get_state(), state)


@pytest.mark.parametrize("p", [1.0, -0.1])
def test_dropout_refuses_what_is_no_probability_below_one(p):
    with pytest.raises(ValueError, match="dropout probability"):
        Dropout(p)


def test_weights_come_from_the_global_seed():
    built = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        built.append(nn.utils.parameters_to_vector(ConvEncoder((1, 8, 8), (4, 6), 5).parameters()))
    assert torch.equal(built[0], built[1])
    assert not torch.equal(built[0], built[2])


def test_rows_by_product_are_those_of_an_embedding_and_so_is_their_gradient():
    table = torch.randn(7, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    index = torch.tensor([[0, 6, 2], [2, 2, 5]])
    weight = torch.arange(18, dtype=torch.float64).view(2, 3, 3)
    gradients = []
    for rows in (rows_by_product(index, table), torch.nn.functional.embedding(index, table)):
        assert torch.equal(rows, table[index])
        gradients.append(torch.autograd.grad((weight * rows).sum(), table)[0])
    torch.testing.assert_close(gradients[0], gradients[1], rtol=0, atol=1e-14)
