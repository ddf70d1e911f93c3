"""Trained flows: densities that integrate to one, precision, bits/dim, and what their views say."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from flow_cases import far_from_identity

from explorer.data import open_dataset
from explorer.engine import BadInput, Request, Viewer
from explorer.engine.data.tensors import TensorData
from models.flows import FAMILY
from models.flows.flow import FlowModel
from models.flows.flow.pixels import LogitPixels
from models.flows.real_nvp.model import parts
from models.protocol import BadValue, DataBatch, DataSpec, Image, Planar, Table

REAL_NVP, MAF, IAF = (FAMILY.pages[name] for name in ("real-nvp", "maf", "iaf"))
PLANE = DataSpec(Planar(), 1000, mean=(0.5, -1.0), std=(2.0, 0.7))
SMALL = {"layers": 3, "width": 12}
FLOWS = {
    "real-nvp": (REAL_NVP, {}),
    "real-nvp, uniform noise": (REAL_NVP, {"noise": "uniform"}),
    "real-nvp, dense": (REAL_NVP, {"dense": True, "affine": False}),
    "real-nvp, splines": (REAL_NVP, {"coupling": "spline"}),
    "maf": (MAF, {}),
    "maf, random order": (MAF, {"order": "random"}),
    "iaf": (IAF, {}),
}


def flow(name: str, spec: DataSpec = PLANE, **values) -> FlowModel:
    """A small flow of random weights, in double precision."""
    page, changes = FLOWS[name]
    torch.manual_seed(0)
    model = page(page.Config(**{**SMALL, **changes, **values}), spec)
    far_from_identity(model)
    return model.eval()


def points(n: int, spec: DataSpec = PLANE) -> torch.Tensor:
    """Places near the data, in double precision."""
    z = torch.randn(n, *spec.kind.shape, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    return torch.tensor(spec.mean) + torch.tensor(spec.std) * z


@pytest.mark.parametrize("name", FLOWS)
def test_densities_in_the_plane_integrate_to_one(name):
    model = flow(name)
    if "splines" in name:  # whose slopes would ask for a finer grid
        torch.nn.utils.vector_to_parameters(
            0.5 * torch.nn.utils.parameters_to_vector(model.parameters()), model.parameters()
        )
    with torch.no_grad():
        x = model.sample(20_000, rng=torch.Generator().manual_seed(0))
        low, high = x.min(dim=0).values, x.max(dim=0).values
        room = 0.3 * (high - low)
        axes = [torch.linspace(float(a), float(b), 700) for a, b in zip(low - room, high + room, strict=True)]
        grid = torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1).double()
        p = torch.cat([model(part)[1].exp() for part in grid.reshape(-1, 2).split(50_000)])
    cell = float(torch.stack([axis[1] - axis[0] for axis in axes]).prod())
    assert float(p.sum()) * cell == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("name", FLOWS)
def test_the_density_is_that_of_the_change_of_variables(name):
    model, x = flow(name), points(5)
    e, _ = model.to_noise(x)
    full = torch.stack(
        [torch.autograd.functional.jacobian(lambda row: model.to_noise(row[None])[0][0], each) for each in x]
    )
    uniform = model.config.noise == "uniform"
    of_noise = torch.zeros(5) if uniform else torch.distributions.Normal(0.0, 1.0).log_prob(e).sum(dim=1)
    wanted = of_noise + torch.linalg.slogdet(full).logabsdet
    torch.testing.assert_close(model.log_prob(x), wanted, rtol=0, atol=1e-10)
    torch.testing.assert_close(model.from_noise(e), x, rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", ["real-nvp", "maf", "iaf"])
def test_log_prob_is_computed_in_the_precision_of_its_input(name):
    model, x = flow(name), points(20)
    wanted = model.log_prob(x)
    single = flow(name).float()
    assert single.log_prob(x.float()).dtype == torch.float32
    double = single.log_prob(x)
    assert double.dtype == torch.float64
    torch.testing.assert_close(double, flow(name).float().double().log_prob(x), rtol=0, atol=1e-13)
    torch.testing.assert_close(double, wanted, rtol=0, atol=1e-4)  # weights rounded to single precision
    assert single.dtype == torch.float32


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", ["real-nvp", "real-nvp, splines", "maf", "iaf"])
def test_of_huge_weights_the_log_density_is_finite_and_a_warning_says_so(name, dtype):
    spec = DataSpec(Table(8), 1000, mean=(0.0,) * 8, std=(1.0,) * 8)
    model = flow(name, spec, layers=8)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter *= 100
    x = points(30, spec).to(dtype)
    with pytest.warns(RuntimeWarning, match="cannot be inverted numerically"):
        log_prob = model.to(dtype).log_prob(x)
    assert log_prob.dtype == dtype
    assert log_prob.isfinite().all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_log_density_of_noise_whose_square_overflows_is_finite(dtype):
    model = flow("real-nvp").to(dtype)
    huge = torch.full((1, 2), 0.1 * torch.finfo(dtype).max, dtype=dtype)
    value = model.noise_log_prob(huge)
    assert value.isfinite().all()
    assert value < model.noise_log_prob(torch.full((1, 2), 1e9, dtype=dtype))


def test_one_layer_keeps_the_distribution_of_its_first_entries_exactly():
    spec = DataSpec(Table(6), 1000, mean=(0.0,) * 6, std=(1.0,) * 6)
    model = flow("real-nvp", spec, layers=1, d=4, affine=False)
    e = model.draw_noise(100, rng=torch.Generator().manual_seed(1))
    x = model.from_noise(e)
    assert torch.equal(x[:, :4], e[:, :4])
    assert (x[:, 4:] - e[:, 4:]).abs().min(dim=0).values.max() > 0
    two = flow("real-nvp", spec, layers=2, d=4, affine=False)
    assert not torch.equal(two.from_noise(e)[:, :4], e[:, :4])
    fixed = flow("real-nvp", spec, layers=5, d=4, affine=False, masks="fixed")
    assert torch.equal(fixed.from_noise(e)[:, :4], e[:, :4])


def test_parts_take_turns_stay_or_are_drawn():
    taking_turns = parts(5, 2, 3, "alternate")
    assert [kept.tolist() for kept, _ in taking_turns] == [[0, 1], [2, 3, 4], [0, 1]]
    assert [kept.tolist() for kept, _ in parts(5, 2, 3, "fixed")] == [[0, 1]] * 3
    drawn = parts(5, 2, 20, "random")
    assert {entry for kept, _ in drawn for entry in kept.tolist()} == set(range(5))
    for masks in ("alternate", "fixed", "random"):
        for kept, moved in parts(5, 2, 4, masks):
            assert sorted([*kept.tolist(), *moved.tolist()]) == list(range(5))


def test_a_d_that_moves_nothing_is_refused():
    with pytest.raises(BadValue, match="d takes a whole number from 1 to 1 for data of 2 dimensions, not 2"):
        REAL_NVP(REAL_NVP.Config(d=2), PLANE)


# Images

DIGITS = DataSpec(Image(1, 2, 3, "grey"), 100, levels=17)


def test_bits_per_dim_are_those_of_a_computation_by_hand():
    """With the identity as flow, logits are standard normal and pixels independent."""
    alpha = 0.05
    model = MAF(MAF.Config(alpha=alpha, layers=2, width=8), DIGITS).double()  # last layers are zero
    levels = torch.tensor([0, 3, 16, 8, 1, 15], dtype=torch.float64)
    x = (levels / 16).reshape(1, 1, 2, 3)
    batch = DataBatch(x, None, torch.arange(1))
    with torch.no_grad():
        values = model.evaluate(batch, rng=torch.Generator().manual_seed(7))
    u = torch.rand(1, 6, generator=torch.Generator().manual_seed(7), dtype=torch.float64)[0]
    bits = 0.0
    for k, noise in zip(levels.tolist(), u.tolist(), strict=True):
        y = (k + noise) / 17
        squeezed = alpha + (1 - 2 * alpha) * y
        z = math.log(squeezed / (1 - squeezed))
        density = math.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) * (1 - 2 * alpha) / (squeezed * (1 - squeezed))
        bits -= math.log2(density / 17)
    assert float(values["bits_per_dim"]) == pytest.approx(bits / 6, abs=1e-12)
    assert float(values["nll_nats"]) == pytest.approx(bits * math.log(2), abs=1e-10)


@pytest.mark.parametrize("alpha", [1e-6, 0.05])
def test_pixels_come_back_from_their_logits_at_their_level(alpha):
    pixels = LogitPixels(DIGITS, alpha)
    x = torch.arange(17).double().repeat(6)[:102].reshape(17, 1, 2, 3) / 16
    z, log_det = pixels.to_real(x, torch.Generator().manual_seed(0))
    assert torch.equal(pixels.from_real(z), x)
    squeezed = alpha + (1 - 2 * alpha) * (x[3].flatten() * 16 + 0.5) / 17
    wanted = float(torch.log((1 - 2 * alpha) / 17 / (squeezed * (1 - squeezed))).sum())
    assert float(pixels.to_real(x[3:4], None)[1]) == pytest.approx(wanted, abs=1e-12)
    assert log_det.shape == (17,)


def test_probabilities_of_the_levels_of_a_pixel_add_up_to_the_mass_between_black_and_white():
    """The logits of values from 0 to 1 go from logit α to logit(1 − α); what the model puts beyond is lost."""
    spec = DataSpec(Image(1, 1, 1, "grey"), 10, levels=256)
    model = MAF(MAF.Config(layers=1, width=2, alpha=0.05), spec).double()
    x = torch.arange(256).double().reshape(-1, 1, 1, 1) / 255
    with torch.no_grad():
        total = float(model.log_prob(x).exp().sum())
    assert total == pytest.approx(math.erf(math.log(0.95 / 0.05) / math.sqrt(2)), abs=1e-5)


# Views


@pytest.fixture(scope="module")
def data() -> TensorData:
    return TensorData(open_dataset("ring8:n=1000"), 0, torch.device("cpu"))


@pytest.fixture(scope="module")
def model(data) -> FlowModel:
    torch.manual_seed(0)
    made = REAL_NVP(REAL_NVP.Config(layers=4, width=12), data.spec)
    far_from_identity(made)
    return made.float().eval().requires_grad_(False)


@pytest.fixture(scope="module")
def viewer(model, data) -> Viewer:
    return Viewer(model, data)


def last(viewer: Viewer, name: str, **values):
    return list(viewer.frames(Request(name, params=values)))[-1]


def test_the_map_of_the_density_is_the_density(viewer, model):
    frame = last(viewer, "density")
    layer = frame.layers[0]
    x0, x1, y0, y1 = layer.extent
    rows, columns = layer.values.shape
    place = torch.tensor([[x0 + (x1 - x0) * 30.5 / columns, y0 + (y1 - y0) * 50.5 / rows]], dtype=torch.float64)
    assert layer.values[50, 30] == pytest.approx(float(model.log_prob(place).exp()), rel=1e-3)
    logarithmic = last(viewer, "density", scale="log").layers[0].values
    assert np.ptp(logarithmic) <= 6 + 1e-6


def test_log_determinants_add_up_to_the_log_density_and_to_that_of_the_full_jacobian(viewer, model, data):
    frame = last(viewer, "log_dets")
    assert frame.values[:-1].sum() == pytest.approx(frame.values[-1], abs=1e-4)
    x = data.point("valid", 0).x.double()
    assert frame.values[-1] == pytest.approx(float(model.log_prob(x)), abs=1e-4)
    matrix = last(viewer, "jacobian")
    of_layers = sum(v for name, v in zip(frame.labels, frame.values, strict=True) if name not in ("log s(ε)", "log p"))
    assert float(np.linalg.slogdet(matrix.values)[1]) == pytest.approx(-of_layers, abs=1e-4)


def test_kept_entries_are_not_moved_and_the_jacobian_of_a_layer_is_triangular(viewer):
    rows = last(viewer, "moves")
    couplings = [k for k, name in enumerate(rows.row_labels) if "coupling" in name]
    assert rows.values[couplings[0], 0] == 0
    assert rows.values[couplings[0], 1] > 0.1
    assert rows.values[couplings[1], 1] == 0
    for layer in (1, 3):
        assert last(viewer, "jacobian", layer=layer).values[0, 1] == 0
    with pytest.raises(BadInput, match="layer takes a whole number from 0 to 9, not 10"):
        last(viewer, "jacobian", layer=10)


def test_the_film_begins_with_noise_and_ends_with_samples(viewer, model):
    film = last(viewer, "warp")
    assert len(film.frames) == len(model.flow) + 1
    first, final = film.frames[0].layers[1].xy, film.frames[-1].layers[1].xy
    with torch.no_grad():
        x, _ = model.flow(torch.from_numpy(first))
    np.testing.assert_allclose(final, x.numpy(), atol=1e-4)


def test_along_the_line_both_log_densities_are_drawn_between_two_data(viewer, model, data):
    frame = last(viewer, "between")
    ends = [data.point("valid", index).x.double() for index in (0, 1)]
    learned, known = frame.series
    for place, x in ((0, ends[0]), (-1, ends[1])):
        assert learned.y[place] == pytest.approx(float(model.log_prob(x)), abs=1e-3)
        exact = data.data.log_prob(x.numpy())
        assert known.y[place] == pytest.approx(float(exact[0]), abs=1e-3)


def test_the_line_of_the_true_density_is_that_of_the_same_held_out_data(viewer, data):
    frame = last(viewer, "against_entropy")
    x = data.batch("valid", 0, 2000).x.double().numpy()
    exact = frame.series[-1]
    assert exact.dashed
    assert exact.y == pytest.approx(-data.data.log_prob(x).mean(), abs=1e-6)


def test_samples_where_the_data_have_almost_no_density_are_counted(viewer, model, data):
    x = model.sample(2000, rng=torch.Generator().manual_seed(0)).double()
    threshold = np.quantile(data.data.log_prob(data.batch("valid", 0, 2000).x.double().numpy()), 0.001)
    share = float((data.data.log_prob(x.numpy()) < threshold).mean())
    assert last(viewer, "bridges").note.startswith(f"{100 * share:.1f} % of 2,000 samples")


def test_round_trips_fail_where_weights_are_large(viewer, model, data):
    fine = last(viewer, "round_trip")
    assert not fine.warning
    larger = model.copy()
    with torch.no_grad():
        for parameter in larger.flow.parameters():
            parameter *= 5
    wrong = last(Viewer(larger, data), "round_trip")
    assert wrong.warning
    assert "invertible on paper" in wrong.note
    assert wrong.layers[1].xy[:, 1].max() > fine.layers[1].xy[:, 1].max()


def test_the_slow_direction_of_a_masked_flow_is_measured_in_both_ways(data):
    for page, slow in ((MAF, "sampling"), (IAF, "density")):
        frame = last(Viewer(page(page.Config(layers=2, width=8), data.spec).eval(), data), "directions", n=8)
        assert frame.labels == ("density", "sampling", f"{slow}, whole passes")
        assert (frame.values > 0).all()
