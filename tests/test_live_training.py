"""Optimiser, momenta and schedule changed while a run goes on: what is kept, what is noted, and that it is replayed."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from pages import kept_session, session, tensors_of, weights_of
from torch import nn

from explorer.engine import Run, Session, resume_session
from explorer.engine.session.optimisation import Optimisation
from explorer.engine.training import Training
from models.protocol import Player

pytestmark = pytest.mark.usefixtures("fixture_pages")

ROUNDS = 12


def train_to(made: Session, step: int) -> Session:
    while made.step_count < step:
        made.step()
    return made


def assert_same(one: Session, other: Session) -> None:
    first, second = tensors_of(one), tensors_of(other)
    assert first.keys() == second.keys()
    assert [name for name in first if not torch.equal(first[name], second[name])] == []


def replay(run: Run, page: str, to: int, **values) -> Session:
    """A session from step 0 that makes the changes a run notes, after the rounds that it notes them for."""
    made = session(page, **values)
    changes = run.changes()
    for step in range(to):
        for change in changes:
            if change["step"] == step and "set" in change:
                made.change(**change["set"])
        alone = [change["player"] for change in changes if change["step"] == step + 1 and "player" in change]
        if alone:
            made.step_player(alone[0])
        else:
            made.step()
    return made


CHANGES = (
    {"beta1": 0.5},
    {"beta1": 0.0, "beta2": 0.9},
    {"optimiser": "sgd"},
    {"optimiser": "rmsprop", "lr_d": 3e-3},
    {"optimiser": "adamw", "weight_decay": 0.1},
    {"schedule": "constant"},
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: ",".join(map(str, change)))
def test_a_changed_optimiser_is_noted_resumed_and_replayed_bit_for_bit(change, tmp_path):
    values = {"steps": ROUNDS, "batch": 16}
    whole = train_to(kept_session("tiny-gan", tmp_path / "whole", **values), 5)
    whole.change(**change)
    assert whole.run.changes() == [{"step": 5, "set": change}]
    train_to(whole, ROUNDS)
    assert_same(whole, replay(whole.run, "tiny-gan", ROUNDS, **values))
    unchanged = train_to(session("tiny-gan", **values), ROUNDS)
    assert not torch.equal(unchanged.model.head.weight, whole.model.head.weight)

    for saved_after in (False, True):
        part = train_to(kept_session("tiny-gan", tmp_path / f"part{saved_after}", **values), 5)
        if saved_after:
            part.change(**change)
            part.save()
        else:
            part.save()
            part.change(**change)
        part.close()  # as after a crash
        resumed = train_to(resume_session(part.run.folder), ROUNDS)
        assert_same(whole, resumed)
        resumed.close()
    whole.close()


def test_changes_that_cancel_before_the_next_round_leave_the_memory(tmp_path):
    kept = train_to(kept_session("tiny-gan", tmp_path / "run", steps=ROUNDS, batch=16), 3)
    kept.change(optimiser="sgd")
    kept.save()  # the optimisers have not been touched yet, and the checkpoint knows
    kept.change(optimiser="adam")
    kept.close()
    plain = train_to(session("tiny-gan", steps=ROUNDS, batch=16), ROUNDS)
    resumed = train_to(resume_session(tmp_path / "run"), ROUNDS)
    assert_same(plain, resumed)
    resumed.close()


def test_a_change_within_a_round_reaches_the_optimisers_after_it():
    made = session("tiny-gan", batch=16)
    made.substep()
    made.change(optimiser="sgd")
    made.step()
    assert any(key.endswith("exp_avg") for key in made.learner.players[0].state())
    made.step()
    assert {key.rsplit("/")[-1] for key in made.learner.players[0].state()} == {"momentum_buffer"}


@pytest.mark.parametrize(("beta1", "beta2"), [(0.0, 0.9), (0.99, 0.9999), (0.5, 0.999)])
def test_other_momenta_leave_adams_estimates_what_they_were(beta1, beta2):
    made = train_to(session("gauss", batch=16, beta1=0.9, beta2=0.99), 7)
    made.model.double()

    def estimates() -> list[torch.Tensor]:
        state, training = made.learner.players[0].state(), made.learner.training
        step = float(state["mean/step"])
        corrected = [
            (f"mean/{k}", 1 - b**step) for k, b in (("exp_avg", training.beta1), ("exp_avg_sq", training.beta2))
        ]
        return [state[key].double() / share for key, share in corrected]

    before, weights = estimates(), weights_of(made.model)
    made.change(beta1=beta1, beta2=beta2)
    made.learner.set_training(made.setup.training)
    torch.testing.assert_close(estimates(), before, rtol=1e-5, atol=1e-12)
    assert all(torch.equal(value, weights[name]) for name, value in weights_of(made.model).items())
    assert made.learner.players[0]._optimiser.defaults["betas"] == (beta1, beta2)


def test_both_players_take_their_rates_while_training():
    made = train_to(session("tiny-gan", batch=16, schedule="constant"), 2)
    made.change(lr_g=0.5, lr_d=0.25)
    made.step()
    assert [player.lr for player in made.learner.players] == [0.25, 0.5]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("decay", [0.0, 0.03])
@pytest.mark.parametrize("optimiser", ["adam", "adamw", "rmsprop", "sgd"])
def test_an_update_is_torchs_own_bit_for_bit_also_where_a_tensor_has_no_gradient_at_first(optimiser, decay, dtype):
    class Settings(Training):
        lr = 0.05

    training = Settings(optimiser=optimiser, weight_decay=decay)
    made = {
        "adam": partial(torch.optim.Adam, betas=(training.beta1, training.beta2), fused=True),
        "adamw": partial(torch.optim.AdamW, betas=(training.beta1, training.beta2), fused=True),
        "rmsprop": partial(torch.optim.RMSprop, alpha=training.beta2, foreach=True),
        "sgd": partial(torch.optim.SGD, momentum=training.beta1, fused=True),
    }[optimiser]
    stream = torch.Generator().manual_seed(3)
    start = [torch.randn(shape, generator=stream, dtype=dtype) for shape in ((3, 2), (4,), (1,))]
    mine, theirs = ([nn.Parameter(tensor.clone()) for tensor in start] for _ in range(2))
    player = Player("only", tuple(mine))
    optimisation = Optimisation(player, training, {id(p): str(n) for n, p in enumerate(mine)})
    reference = made(theirs, lr=0.05, weight_decay=decay)
    for number in range(6):
        for parameters, move in ((mine, optimisation.update), (theirs, lambda loss, clip: reference.step())):
            for parameter in parameters:
                parameter.grad = None
            late = number <= 2 and optimiser != "sgd"  # torch's fused SGD takes no tensor in later
            used = parameters[:2] if late else parameters
            loss = sum(((p - 1.0) * p.sin()).sum() for p in used)
            loss.backward()
            move(loss, 0.0)
        for a, b in zip(mine, theirs, strict=True):
            assert torch.equal(a, b)
