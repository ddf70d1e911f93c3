"""The recurrent pixel models against other implementations: torch's cells, single pixels, receptive fields."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models.autoregressive.diagonal_bilstm import DiagonalBiLSTM
from models.autoregressive.pixel_rnn import PixelRNN
from models.autoregressive.pixel_rnn.raster import RecurrentOutputs
from models.autoregressive.pixels import PixelModel
from models.autoregressive.row_lstm import RowLSTM
from models.nets.arrays import NumpyArrays, TorchArrays
from models.nets.diagonal import DiagonalBiLSTMLayer, skew, unskew
from models.nets.lstm import lstm_step
from models.nets.lstm_raster import LSTMOutputs
from models.nets.recurrent import RecurrentSteps
from models.nets.row_lstm import RowLSTMLayer
from models.protocol import BadValue, DataBatch, DataPoint, DataSpec, Image, Pixel

both_libraries = pytest.mark.parametrize("lib", [NumpyArrays(), TorchArrays()], ids=["numpy", "torch"])


def _randomised(module: nn.Module, scale: float = 0.7) -> Any:
    rng = torch.Generator().manual_seed(5)
    module.double()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(scale * torch.randn(parameter.shape, generator=rng, dtype=torch.float64))
    return module


def _model(page: type[PixelModel], height: int, width: int, **config: Any) -> Any:
    spec = DataSpec(Image(1, height, width, "binary"), 10, levels=2)
    return _randomised(page(page.Config(**config), spec), 0.4).eval()


def _normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


# Cells


@both_libraries
@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU])
@pytest.mark.parametrize("n", [1, 3])
def test_one_step_at_a_time_gives_the_states_of_torch(kind: Any, n: int, lib: Any) -> None:
    rnn = _randomised(kind(4, 5, 2, batch_first=True))
    x = _normal(n, 7, 4)
    steps = RecurrentSteps(rnn, n, lib)
    states = [torch.as_tensor(steps.step(lib.of(x[:, i].contiguous()))).clone() for i in range(7)]
    with torch.no_grad():
        expected, _ = rnn(x)
    assert float((torch.stack(states, dim=1) - expected).abs().max()) < 1e-12


def test_a_step_of_the_gates_is_that_of_torch() -> None:
    cell = _randomised(nn.LSTMCell(3, 4))
    x, h, c = _normal(2, 3), _normal(2, 4, seed=1), _normal(2, 4, seed=2)
    with torch.no_grad():
        i, f, g, o = (x @ cell.weight_ih.T + cell.bias_ih + h @ cell.weight_hh.T + cell.bias_hh).chunk(4, dim=1)
        torch.testing.assert_close(lstm_step(torch.cat([o, f, i, g], dim=1), c), cell(x, (h, c)))


@both_libraries
@pytest.mark.parametrize(
    ("page", "config"),
    [
        (PixelRNN, {"hidden": 4, "above": True, "position": True, "layers": 2}),
        (PixelRNN, {"hidden": 4, "cell": "gru"}),
        (RowLSTM, {"hidden": 3, "layers": 2, "kernel": 5}),
        (DiagonalBiLSTM, {"hidden": 3, "layers": 2}),
    ],
)
def test_both_array_libraries_give_the_same_outputs(page: Any, config: dict[str, Any], lib: Any) -> None:
    model = _model(page, 5, 6, **config)
    x = (_normal(3, 1, 5, 6) > 0).double()
    if isinstance(model, PixelRNN):
        above, positions = model.config.above, model.positions
        network: Any = RecurrentOutputs(x, model.rnn, model.out, above=above, positions=positions, arrays=lib)
    else:
        network = LSTMOutputs(x, model.first, model.layers, model.head, lib)
    with torch.no_grad():
        outputs = [network.at(row, column).clone() for row, column in itertools.product(range(5), range(6))]
        whole = model.outputs(x).flatten(2).permute(2, 0, 1)
    assert float((torch.stack(outputs) - whole).abs().max()) < 1e-12


def test_the_recurrent_network_takes_the_pixels_before() -> None:
    model = _model(PixelRNN, 3, 4, hidden=4, above=True)
    x = (_normal(2, 1, 3, 4) > 0).double()
    seen: list[Tensor] = []
    model.rnn.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0]))
    model.outputs(x)
    flat = x.flatten(1).tolist()
    for n, i in itertools.product(range(2), range(12)):
        assert seen[0][n, i].tolist() == [flat[n][i - 1] if i else 0.0, flat[n][i - 4] if i >= 4 else 0.0]


def test_the_recurrent_layers_stay_differentiable_in_evaluation() -> None:
    model = _model(PixelRNN, 3, 3, hidden=4)
    assert model.rnn.training
    assert not model.training
    assert not model.dropout.training


# Row LSTM


def _row_lstm(layer: RowLSTMLayer, u: np.ndarray) -> np.ndarray:
    """§3.1 of the paper, pixel by pixel and weight by weight: u (height, width, channels) to states (…, H)."""
    height, width, channels = u.shape
    hidden, kernel, reach = layer.hidden, layer.kernel, layer.kernel // 2
    k_is = layer.input_to_state.weight.detach().numpy().reshape(4, hidden, reach + 1, channels)
    k_ss = layer.state_to_state.weight.detach().numpy().reshape(4, hidden, kernel, hidden)
    bias = layer.input_to_state.bias.detach().numpy().reshape(4, hidden)
    h, c = np.zeros((height, width, hidden)), np.zeros((height, width, hidden))
    for i, j in itertools.product(range(height), range(width)):
        o, f, i_, g = bias.copy()
        for gate, into in enumerate((o, f, i_, g)):
            for offset in range(-reach, reach + 1):
                at = j + offset
                if 0 <= at < width and offset <= 0:  # the mask
                    into += k_is[gate, :, offset + reach] @ u[i, at]
                if 0 <= at < width and i > 0:
                    into += k_ss[gate, :, offset + reach] @ h[i - 1, at]
        o, f, i_ = (1 / (1 + np.exp(-a)) for a in (o, f, i_))
        c[i, j] = f * (c[i - 1, j] if i else 0) + i_ * np.tanh(g)
        h[i, j] = o * np.tanh(c[i, j])
    return h


def test_a_kernel_wider_than_the_images_is_refused() -> None:
    with pytest.raises(BadValue, match="at most 5, not 7"):
        RowLSTM.check(RowLSTM.Config(kernel=7), Image(1, 2, 2, "binary"))
    RowLSTM.check(RowLSTM.Config(kernel=5), Image(1, 2, 2, "binary"))
    model = _model(RowLSTM, 2, 2, hidden=2, kernel=5)
    assert model.outputs(torch.zeros(1, 1, 2, 2, dtype=torch.float64)).shape == (1, 1, 2, 2)


@pytest.mark.parametrize("kernel", [3, 5])
def test_a_row_lstm_layer_follows_the_equations_of_the_paper(kernel: int) -> None:
    layer = _randomised(RowLSTMLayer(4, 3, kernel))
    u = _normal(5, 6, 4)
    with torch.no_grad():
        expected = u + layer.out(torch.from_numpy(_row_lstm(layer, u.numpy())))
        torch.testing.assert_close(layer(u[None])[0], expected, rtol=0, atol=1e-12)


# Diagonal BiLSTM


def test_skewing_moves_each_row_one_further_and_unskewing_back() -> None:
    x = _normal(2, 4, 5, 3)
    skewed = skew(x)
    assert skewed.shape == (2, 4, 8, 3)
    for row in range(4):
        assert torch.equal(skewed[:, row, row : row + 5], x[:, row])
        assert not skewed[:, row, :row].any()
        assert not skewed[:, row, row + 5 :].any()
    assert torch.equal(unskew(skewed), x)


def _diagonal_states(gates: Tensor, weights: Tensor) -> Tensor:
    """States from left to right, pixel by pixel in raster order: (h, w, 4H) and (2H, 4H) to (h, w, H)."""
    height, width = gates.shape[:2]
    zero = gates.new_zeros(weights.shape[0] // 2)
    h: dict[tuple[int, int], Tensor] = {}
    c: dict[tuple[int, int], Tensor] = {}
    for at in itertools.product(range(height), range(width)):
        above, side = (at[0] - 1, at[1]), (at[0], at[1] - 1)
        carried = torch.cat([h.get(above, zero), h.get(side, zero)]) @ weights
        h[at], c[at] = lstm_step(gates[at] + carried, c.get(side, zero))
    return torch.stack(list(h.values())).unflatten(0, (height, width))


def test_a_diagonal_bilstm_layer_is_two_lstms_over_neighbours() -> None:
    layer = _randomised(DiagonalBiLSTMLayer(4, 3))
    u, x = _normal(4, 6, 4), _normal(4, 6, 1, seed=1)
    with torch.no_grad():
        right = _diagonal_states(layer.right(u), layer.state_to_state[0])
        left = _diagonal_states(layer.left(torch.cat([u, x], dim=2)).flip(1), layer.state_to_state[1]).flip(1)
        below = torch.cat([torch.zeros(1, 6, 3, dtype=torch.float64), left[:-1]])
        torch.testing.assert_close(layer(u[None], x[None])[0], u + layer.out(right + below), rtol=0, atol=1e-12)


# Receptive fields


def _propagated(size: int, pixel: tuple[int, int], layers: int, kernel: int, first: int) -> np.ndarray:
    """Which pixels reach an output of a row LSTM, forwards from each pixel of the image through all connections."""
    places = list(itertools.product(range(size), range(size)))
    near, reach = first // 2, kernel // 2
    features = {
        (r, c): {
            (a, b)
            for a, b in itertools.product(range(r - near, r + 1), range(c - near, c + near + 1))
            if (a, b) < (r, c) and a >= 0 and 0 <= b < size
        }
        for r, c in places
    }
    for _ in range(layers):
        states: dict[tuple[int, int], set[tuple[int, int]]] = {}
        for r, c in places:  # rows from above
            inputs = [features[r, b] for b in range(c - reach, c + 1) if b >= 0]
            above = [states[r - 1, b] for b in range(c - reach, c + reach + 1) if r > 0 and 0 <= b < size]
            states[r, c] = set().union(*inputs, *above)
        features = {place: features[place] | states[place] for place in places}
    mask = np.zeros((size, size), bool)
    for place in features[pixel]:
        mask[place] = True
    return mask


def _actual(model: Any, pixel: tuple[int, int]) -> np.ndarray:
    """The pixels whose derivative is not zero at any of some random images."""
    _, height, width = model.spec.kind.shape
    rng = torch.Generator().manual_seed(1)
    x = torch.rand(8, 1, height, width, dtype=torch.float64, generator=rng).requires_grad_()
    (slope,) = torch.autograd.grad(model.outputs(x)[:, :, pixel[0], pixel[1]].sum(), x)
    return (slope != 0).any(dim=0)[0].numpy()


@pytest.mark.parametrize(
    ("layers", "kernel", "first", "count"), [(1, 3, 3, 111), (1, 3, 7, 127), (2, 3, 3, 115), (2, 5, 5, 130)]
)
def test_a_row_lstm_sees_a_triangle(layers: int, kernel: int, first: int, count: int) -> None:
    model = _model(RowLSTM, 13, 13, hidden=3, layers=layers, kernel=kernel, first_kernel=first)
    expected = _propagated(13, (10, 6), layers, kernel, first)
    assert expected.sum() == count
    np.testing.assert_array_equal(_actual(model, (10, 6)), expected)
    np.testing.assert_array_equal(model.sees(10, 6).numpy(), expected)


@pytest.mark.parametrize("pixel", [(0, 9), (4, 0), (6, 12), (12, 3)])
def test_the_triangle_is_cut_by_the_sides_of_the_image(pixel: tuple[int, int]) -> None:
    model = _model(RowLSTM, 13, 13, hidden=3, layers=2, first_kernel=3)
    np.testing.assert_array_equal(model.sees(*pixel).numpy(), _propagated(13, pixel, 2, 3, 3))


@pytest.mark.parametrize("first", [3, 7])
@pytest.mark.parametrize("pixel", [(10, 6), (12, 0), (3, 12), (1, 0)])
def test_a_diagonal_bilstm_sees_every_earlier_pixel(first: int, pixel: tuple[int, int]) -> None:
    model = _model(DiagonalBiLSTM, 13, 13, hidden=3, first_kernel=first)
    earlier = np.arange(169).reshape(13, 13) < 13 * pixel[0] + pixel[1]
    np.testing.assert_array_equal(_actual(model, pixel), earlier)
    np.testing.assert_array_equal(model.sees(*pixel).numpy(), earlier)


# Views


def test_the_triangle_shows_what_the_pixel_sees_by_rows_of_states() -> None:
    model = _model(RowLSTM, 13, 13, hidden=2, first_kernel=3)
    (triangle,) = (view for view in RowLSTM.views if view.name == "triangle")
    frame = triangle(model, Pixel(10, 6))
    shade, role = frame.images[0, 0], frame.role_of[0]
    seen = model.sees(10, 6).numpy()
    assert np.array_equal(~np.isnan(shade) & (role == 1), seen)
    # States of rows 10 to 1: the image's first row already enters those of the second through the convolution.
    np.testing.assert_allclose(np.unique(shade[seen]), np.linspace(0.25, 1, 10), rtol=1e-6)
    brightest = {(int(r), int(c)) for r, c in np.argwhere(seen & (shade == 1))}
    assert brightest == {(10, 4), (10, 5), (9, 4), (9, 5), (9, 6), (9, 7)}  # inputs of its row's state, 3×3 each


def test_each_diagonal_is_a_column_of_the_skewed_image() -> None:
    model = _model(DiagonalBiLSTM, 4, 5, hidden=2)
    (diagonals,) = (view for view in DiagonalBiLSTM.views if view.name == "diagonals")
    x = (_normal(1, 1, 4, 5) > 0).double()
    for direction, columns in (("right", range(5)), ("left", range(4, -1, -1))):
        film = diagonals(model, DataPoint(x, None, 0), direction=direction)
        assert len(film.frames) == 8
        for at, frame in enumerate(film.frames):
            now = frame.role_of == 2
            assert set(np.argwhere(now[1])[:, 1]) == {at}
            rows = np.argwhere(now[1])[:, 0]
            image = frame.images[0, 0][:, ~np.isnan(frame.images[0, 0]).all(axis=0)]
            place = {(int(r), list(columns)[at - int(r)]) for r in rows}
            marked = now[0][:, ~np.isnan(frame.images[0, 0]).all(axis=0)]
            assert {(int(r), int(c)) for r, c in np.argwhere(marked)} == place
            lit = image[tuple(np.array(sorted(place)).T)]
            expected = 0.5 + 0.5 * x[0, 0].numpy()[tuple(np.array(sorted(place)).T)]
            np.testing.assert_allclose(lit, expected)


def test_the_memory_of_a_pixel_is_the_change_of_the_states_after_it() -> None:
    model = _model(PixelRNN, 3, 4, hidden=5)
    (memory,) = (view for view in PixelRNN.views if view.name == "memory")
    x = (_normal(3, 1, 3, 4) > 0).double()
    with torch.no_grad():
        frame = memory(model, DataBatch(x, None, torch.arange(3)), Pixel(0, 2))
        other = x.clone()
        other[:, 0, 0, 2] = 1 - other[:, 0, 0, 2]
        h, changed = model.states(x), model.states(other)
        p = (model.outputs(x).sigmoid() - model.outputs(other).sigmoid()).abs().mean(dim=0).flatten()
    state, conditional = frame.series
    expected = [float(((h - changed)[:, i].norm(dim=1) / h[:, i].norm(dim=1)).mean()) for i in range(3, 12)]
    np.testing.assert_allclose(state.y, expected)
    np.testing.assert_allclose(conditional.y, p[3:].numpy(), atol=1e-15)
    assert state.x.tolist() == list(range(1, 10))


def test_units_of_the_state_are_shown_at_their_pixels() -> None:
    model = _model(PixelRNN, 3, 4, hidden=5)
    (units,) = (view for view in PixelRNN.views if view.name == "units")
    x = (_normal(1, 1, 3, 4) > 0).double()
    with torch.no_grad():
        frame = units(model, DataPoint(x, None, 0), n=3)
        h = model.states(x)[0].numpy()
    chosen = [int(caption) for caption in frame.captions]
    assert chosen == np.argsort(-h.var(axis=0))[:3].tolist()
    signed = frame.images[:, 0] * np.where(frame.role_of == 2, -1, 1)
    np.testing.assert_allclose(signed, h[:, chosen].T.reshape(3, 3, 4))
