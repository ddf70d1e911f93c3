"""Flow matching in the plane: its loss and floor, rectification, straightness, and quality by passes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from catalogue import small_session

from explorer.engine import Session
from explorer.engine.views.requests import Request
from explorer.engine.views.viewer import Viewer
from models.diffusion.flow_matching.pool import PairPool
from models.diffusion.plane.quality_view import quality
from models.diffusion.process import STRAIGHT, Estimate, Level, estimate, trajectory
from models.frames import Paths
from models.protocol import FamilyRuns, Noise, Progress, TrainedModel


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


class Still(torch.nn.Module):
    """The velocity 0."""

    def forward(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return torch.zeros_like(x)


def exactly(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the network predict what is best."""
    exact, made = session.model.exact, session.model
    monkeypatch.setattr(made, "output", lambda x, t, level: made.compared(exact.estimate(x, level)))


def test_a_perfect_network_has_the_loss_of_the_floor_and_no_error_of_the_field(monkeypatch) -> None:
    session = small_session("flow-matching")
    session.model.eval()
    exactly(session, monkeypatch)
    batch = session.data.batch("valid", 0, 500)
    values = session.model.loss(batch, rng=rng())
    assert float(values["loss"]) == pytest.approx(float(values["velocity_floor"]), rel=1e-5)
    assert float(session.model.evaluate(batch, rng=rng())["field_error"][:, 0].mean()) < 1e-8


def test_the_floor_is_what_the_best_velocity_pays() -> None:
    """By Monte Carlo, at a time near the data, in the middle and near the noise."""
    made = small_session("flow-matching").model.double()
    exact, n = made.exact, 100_000
    for t in (0.05, 0.5, 0.98):
        level = STRAIGHT.at(torch.tensor(t, dtype=torch.float64))
        pair = Estimate(exact.sample(n, rng=rng(1)), torch.randn(n, 2, generator=rng(2), dtype=torch.float64))
        x = level.alpha * pair.x0 + level.sigma * pair.eps
        loss = (made.compared(exact.estimate(x, level)) - made.compared(pair)).square().mean(1)
        assert abs(float(loss.mean() - made.floor(exact, level))) < 4 * float(loss.std()) / n**0.5


def test_the_flow_is_rectified_from_the_share_of_the_training_that_is_set() -> None:
    never, half = small_session("flow-matching").model, small_session("flow-matching", rectify=0.5).model
    assert [never.stage_at(Progress(0, share)) for share in (0.0, 1.0)] == [0, 0]
    assert [half.stage_at(Progress(0, share)) for share in (0.0, 0.49, 0.5, 1.0)] == [0, 0, 1, 1]
    half.enter_stage(1)
    assert half.stage_at(Progress(0, 0.0)) == 1  # it does not go back
    assert half.exact is None
    assert "own" in half.without_exact


def test_pairs_are_where_the_flow_of_the_kept_network_ends_and_nothing_is_drawn_for_them() -> None:
    made = small_session("flow-matching", width=8).model
    torch.manual_seed(0)
    made.enter_stage(1)
    with torch.no_grad():
        made.net.layers[0].weight.add_(1.0)  # training goes on: the pairs stay those of the network as it was
    drawn = torch.get_rng_state()
    made.begin_round(Progress(1, 0.5))
    assert torch.equal(drawn, torch.get_rng_state())
    filled = int(made.pool.filled)
    assert 0 < filled < len(made.pool.data)
    assert not bool(made.pool.data[filled:].any())

    def field(x: torch.Tensor, t: torch.Tensor, level: Level) -> Estimate:
        return estimate("velocity", made.pool.net(x / level.scale, t), x, level)

    *_, last = trajectory(field, STRAIGHT, made.pool.noise[:filled], sampler="heun", passes=40)
    torch.testing.assert_close(made.pool.data[:filled], last.x)
    pair = made.pairs(torch.zeros(200, 2), rng())
    place = torch.cdist(pair.eps, made.pool.noise).argmin(1)
    assert int(place.max()) < filled
    torch.testing.assert_close(pair.x0, made.pool.data[place])


def test_the_pool_is_filled_once() -> None:
    pool = PairPool(Still())
    while pool.count() < len(pool.noise):
        pool.fill()
    torch.testing.assert_close(pool.data, pool.noise)
    pool.data.zero_()
    pool.fill()
    assert not bool(pool.data.any())


def test_a_rectified_run_is_resumed_to_the_same_numbers() -> None:
    def trained(rounds: int) -> Session:
        session = small_session("flow-matching", rectify=0.5, steps=8, batch=8, width=8)
        for _ in range(rounds):
            session.step()
        return session

    whole, first, other = trained(8), trained(6), trained(0)
    assert (first.model.stage, other.model.stage) == (1, 0)
    other.load(first.state())
    for _ in range(2):
        other.step()
    ours, theirs = whole.model.own_state(), other.model.own_state()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(value, theirs[name]) for name, value in ours.items())


def test_a_constant_velocity_has_straight_ways_and_one_pass_does(monkeypatch) -> None:
    session = small_session("flow-matching")
    model = session.model.eval()
    monkeypatch.setattr(model, "output", lambda x, t, level: torch.full_like(x, 0.7))
    viewer = Viewer(model, session.data)
    bends = viewer.last_frame(Request("bends"))
    assert float(np.abs(bends.series[0].y).max()) < 1e-9
    film = viewer.last_frame(Request("film"))
    path = next(layer.xy for layer in film.frames[-1].layers if isinstance(layer, Paths))
    chord = path[:, -1:] - path[:, :1]
    along = path - path[:, :1]
    assert float(np.abs(along[..., 0] * chord[..., 1] - along[..., 1] * chord[..., 0]).max()) < 1e-4  # on the chord
    ways = viewer.last_frame(Request("ways"))
    ends = {layer.name: layer.xy for layer in ways.layers if layer.name.startswith("after")}
    np.testing.assert_allclose(ends["after 50 passes"], ends["after one pass"], atol=1e-5)


def test_quality_by_passes_has_a_curve_for_the_run_for_others_and_for_the_exact_fields(monkeypatch) -> None:
    session, other = small_session("flow-matching"), small_session("ddpm").model.eval()
    session.model.eval()
    exactly(session, monkeypatch)

    def gone() -> None:
        raise ValueError("the run ring-2 cannot be read")

    family = FamilyRuns((TrainedModel("DDPM", "ring-1", 5, lambda: other), TrainedModel("DDPM", "ring-2", 5, gone)))
    frames = [f for f in quality(session.model, session.data.whole(), Noise(1), family, n=200) if f is not None]
    near = {each.key.removesuffix(".near"): each for each in frames[-1].series if each.pane == "near a mode"}
    assert near.keys() == {"model", "ring-1", "ddim", "straight"}
    assert [near[key].dashed for key in near] == [False, False, True, True]
    np.testing.assert_allclose(near["model"].y, near["straight"].y)  # the same noise, field and sampler
    assert near["model"].y[-1] > 95 > near["model"].y[0]
    assert "ring-2 cannot be read" in frames[-1].note
