"""Invertible layers: log-determinants against the full Jacobian, inverses, orders, and another library."""

from __future__ import annotations

import math

import pytest
import torch
import zuko
from flow_cases import LAYERS, WIDE, far_from_identity, layer, stack, standard_noise

from models.flows.jacobians import jacobians
from models.flows.transforms import AffineCoupling, Chain, Coupling, MaskedAffine
from models.flows.transforms.spline import rational_quadratic
from models.nets.made import MADE, MADEByPlace, MaskedLinear

EPS = torch.finfo(torch.float64).eps


def autograd_jacobian(function, at: torch.Tensor) -> torch.Tensor:
    """The Jacobian of each row by torch's own routine, (n, d) to (n, d, d)."""
    return torch.stack([torch.autograd.functional.jacobian(lambda row: function(row[None])[0][0], each) for each in at])


def check_layer(transform, e: torch.Tensor, within: float | None = None) -> None:
    """Both log-determinants, and both round trips, within a bound or what rounding allows."""
    x, log_det = transform(e)
    back, log_det_back = transform.inverse(x)
    full = autograd_jacobian(transform, e).detach()
    singular = torch.linalg.svdvals(full)
    cond = float((singular[:, 0] / singular[:, -1]).max())
    bound = max(1e-12, 100 * EPS * cond) if within is None else within

    def check(value: torch.Tensor, wanted: torch.Tensor, at_most: float = bound) -> None:
        torch.testing.assert_close(
            value, wanted, rtol=0, atol=at_most, msg=lambda text: f"{text}; cond(J) is up to {cond:.2g}"
        )

    check(log_det, torch.linalg.slogdet(full).logabsdet)
    check(log_det_back, -log_det)
    check(back, e)
    check(transform(back)[0], x, bound * max(1.0, float(x.detach().abs().max())))


@pytest.mark.parametrize("d", [2, 5, 8])
@pytest.mark.parametrize("name", sorted(LAYERS))
def test_a_layer_has_the_log_determinant_of_its_jacobian_and_its_inverse(name, d):
    exact = 1e-12 if not name.startswith(("spline", "dense", "logit")) else None
    check_layer(layer(name, d), standard_noise(name, 6, d), exact)


@pytest.mark.parametrize("name", ["coupling", "masked", "inverted"])
@pytest.mark.parametrize(("d", "layers"), [(2, 8), (6, 4), (8, 8)])
def test_stacks_of_a_few_layers_are_exact(name, d, layers):
    check_layer(stack(name, d, layers), standard_noise(name, 4, d))


@pytest.mark.parametrize("name", ["coupling", "masked", "spline", "dense"])
def test_deep_stacks_are_as_exact_as_their_condition_allows(name):
    d = 16 if name == "masked" else 64
    check_layer(stack(name, d, 10), standard_noise(name, 1, d))


def test_log_determinants_of_a_chain_add_up():
    chain = stack("coupling", 6, 5)
    e = standard_noise("coupling", 7, 6)
    total, at = torch.zeros(7, dtype=torch.float64), e
    for each in chain:
        at, log_det = each(at)
        total += log_det
    torch.testing.assert_close(chain(e)[1], total)
    torch.testing.assert_close(chain.inverse(at)[1], -total)


@pytest.mark.parametrize("name", [name for name in LAYERS if name.startswith(("coupling", "masked", "spline"))])
def test_the_jacobian_is_lower_triangular_in_the_order_of_the_layer(name):
    transform = layer(name, 7)
    order = list(transform.order)
    assert sorted(order) == list(range(7))
    matrix = jacobians(lambda e: transform(e)[0], standard_noise(name, 3, 7))[:, order][:, :, order]
    assert matrix.triu(1).abs().max() == 0
    assert matrix.tril(-1).abs().max() > 1e-3
    if isinstance(transform, Coupling):
        d = len(transform.kept)
        torch.testing.assert_close(matrix[:, :d, :d], torch.eye(d).double().expand(3, d, d), rtol=0, atol=0)


def test_a_chain_of_one_order_is_triangular_and_one_of_two_orders_is_not():
    same = Chain([layer("masked", 4), layer("elementwise", 4), layer("masked", 4, 3)])
    assert same.order == (0, 1, 2, 3)
    assert jacobians(lambda e: same(e)[0], standard_noise("", 2, 4)).triu(1).abs().max() == 0
    assert stack("masked", 4, 2).order is None
    assert Chain([layer("elementwise", 4)]).order == ()


@pytest.mark.parametrize("hidden", [(), (5,), (16, 16), (64, 200, 200)])
@pytest.mark.parametrize("d", [1, 2, 3, 9])
def test_entry_by_entry_a_masked_layer_is_as_in_whole_passes(d, hidden):
    order = torch.randperm(d, generator=torch.Generator().manual_seed(d))
    transform = far_from_identity(MaskedAffine(order, hidden))
    e = standard_noise("", 11, d)
    x, log_det = transform.in_passes(e)
    with torch.no_grad():
        quick, quick_log_det = transform(e)
    torch.testing.assert_close(quick, x, rtol=0, atol=1e-12)
    torch.testing.assert_close(quick_log_det, log_det, rtol=0, atol=1e-12)


def test_outputs_for_a_place_need_the_entries_before_it_alone():
    order = torch.tensor([2, 0, 1])
    net = far_from_identity(MADE(order, (8, 8), outputs=3))
    x = standard_noise("", 4, 3)
    whole = net(x).unflatten(1, (3, 3))  # (n, outputs, d)
    by_place = MADEByPlace(net, 4)
    for place, entry in enumerate(order.tolist()):
        torch.testing.assert_close(by_place.outputs(place), whole[:, :, entry].T.detach(), rtol=0, atol=1e-12)
        by_place.set(place, x[:, entry])


def test_a_masked_layer_that_is_divided_in_two_is_the_masked_product():
    degrees = 1 + torch.arange(200) * 7 // 200
    linear = MaskedLinear((degrees[:, None] >= degrees[None]).float()).double()
    x = standard_noise("", 5, 200)
    wanted = x @ (linear.weight * linear.mask).T + linear.bias
    torch.testing.assert_close(linear(x), wanted, rtol=0, atol=1e-12)
    assert linear._split


# Splines


def knots_of(parameters: torch.Tensor, bound: float) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Knots and slopes that the parameters stand for, written once more."""
    bins = (parameters.shape[-1] + 1) // 3
    shares = [
        0.001 + (1 - 0.001 * bins) * torch.softmax(part, -1)
        for part in parameters.split([bins, bins, bins - 1], -1)[:2]
    ]
    zero = torch.zeros_like(parameters[..., :1])
    across, up = (2 * bound * torch.cat([zero, share.cumsum(-1)], -1) - bound for share in shares)
    inner = 0.001 + torch.nn.functional.softplus(parameters[..., 2 * bins :] + math.log(math.expm1(0.999)))
    return across, up, torch.cat([zero + 1, inner, zero + 1], -1)


def test_splines_are_those_of_another_library():
    rng = torch.Generator().manual_seed(2)
    parameters = torch.randn(400, 3 * 8 - 1, generator=rng, dtype=torch.float64)
    x = 6 * torch.rand(400, generator=rng, dtype=torch.float64) - 3
    theirs = zuko.transforms.MonotonicRQSTransform(
        parameters[:, :8], parameters[:, 8:16], parameters[:, 16:], bound=3.0
    )
    theirs.horizontal, theirs.vertical, theirs.derivatives = knots_of(parameters, 3.0)
    y, log_slope = rational_quadratic(x, parameters, 3.0)
    wanted, wanted_slope = theirs.call_and_ladj(x)
    torch.testing.assert_close(y, wanted, rtol=0, atol=1e-11)
    torch.testing.assert_close(log_slope, wanted_slope, rtol=0, atol=1e-10)
    torch.testing.assert_close(rational_quadratic(y, parameters, 3.0, inverse=True)[0], x, rtol=0, atol=1e-10)


def test_a_spline_of_zero_parameters_is_the_identity_and_so_it_is_outside_its_interval():
    x = torch.linspace(-5, 5, 101, dtype=torch.float64)
    y, log_slope = rational_quadratic(x, torch.zeros(101, 14, dtype=torch.float64), 3.0)
    torch.testing.assert_close(y, x, rtol=0, atol=1e-12)
    torch.testing.assert_close(log_slope, torch.zeros_like(x), rtol=0, atol=1e-12)
    bent, _ = rational_quadratic(x, torch.randn(101, 14, dtype=torch.float64), 3.0)
    outside = x.abs() >= 3
    assert torch.equal(bent[outside], x[outside])
    assert (bent - x)[~outside].abs().max() > 0.1


# The same weights in another library


def soft_clip(a: torch.Tensor) -> torch.Tensor:
    """The bound of log scales in zuko."""
    return a / (1 + (a / math.log(1e-3)).abs())


def test_affine_couplings_have_the_density_of_another_library():
    """Its couplings, taken in the other direction, are ours: the kept part is the same in both."""
    d, k = 6, 3
    ours, theirs = [], []
    for number in range(4):
        mask = torch.arange(d) < k if number % 2 == 0 else torch.arange(d) >= k
        other = zuko.flows.coupling.GeneralCouplingTransform(d, 0, mask, hidden_features=WIDE)
        other = far_from_identity(other, number)
        coupling = AffineCoupling(
            mask.nonzero()[:, 0], (~mask).nonzero()[:, 0], WIDE, torch.nn.ReLU, log_scale=soft_clip
        ).double()
        with torch.no_grad():
            for mine, its in zip(list(coupling.net)[:-1], list(other.hyper)[:-1], strict=True):
                mine.load_state_dict(its.state_dict())
            for part in ("weight", "bias"):  # theirs interleaves shift and scale
                value = getattr(other.hyper[-1], part)
                getattr(coupling.net[-1], part).copy_(torch.cat([value[0::2], value[1::2]]))
        ours.append(coupling)
        theirs.append(other)
    base = zuko.distributions.DiagNormal(torch.zeros(d).double(), torch.ones(d).double())
    to_noise = zuko.transforms.ComposedTransform(*(other().inv for other in reversed(theirs)))
    x = standard_noise("", 50, d)
    e, log_det = Chain(ours).inverse(x)
    log_prob = base.log_prob(e) + log_det
    wanted = zuko.distributions.NormalizingFlow(to_noise, base).log_prob(x)
    torch.testing.assert_close(log_prob, wanted, rtol=0, atol=1e-11)


def test_a_masked_flow_of_constant_scales_has_the_density_of_another_library():
    """ε = exp(a) x + b there, (x − t) exp(−s) here: with constant a, t = −b exp(−a) has the weights of b, scaled."""
    d = 5
    other = far_from_identity(zuko.flows.MaskedAutoregressiveTransform(d, hidden_features=WIDE))
    ours = MaskedAffine(torch.arange(d), WIDE, torch.nn.ReLU, log_scale=lambda a: a).double()
    with torch.no_grad():
        last = other.hyper[-1]
        last.weight[1::2] = 0  # of a, whose rows are interleaved with those of b
        a = soft_clip(last.bias[1::2])
        for mine, its in zip(ours.net.layers, [each for each in other.hyper if hasattr(each, "mask")], strict=True):
            if its is last:
                factor = -(-a).exp()
                mine.weight.copy_(torch.cat([factor[:, None] * its.weight[0::2], torch.zeros_like(its.weight[0::2])]))
                mine.bias.copy_(torch.cat([factor * its.bias[0::2], -a]))
                mine.mask.copy_(torch.cat([its.mask[0::2], its.mask[1::2]]))
            else:
                mine.load_state_dict({"weight": its.weight, "bias": its.bias})
                mine.mask.copy_(its.mask)
    x = standard_noise("", 50, d)
    base = zuko.distributions.DiagNormal(torch.zeros(d).double(), torch.ones(d).double())
    wanted = zuko.distributions.NormalizingFlow(other(None), base).log_prob(x)
    e, log_det = ours.inverse(x)
    torch.testing.assert_close(base.log_prob(e) + log_det, wanted, rtol=0, atol=1e-11)


def test_a_coupling_keeps_something_and_moves_something():
    with pytest.raises(ValueError, match="not 3 and 0"):
        AffineCoupling(torch.arange(3), torch.arange(0), WIDE)
