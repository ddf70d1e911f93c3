"""Captured rounds on a GPU: the numbers of eager ones, and a way on where a round cannot be captured."""

from __future__ import annotations

import gc
from typing import Any

import pytest
import torch
from catalogue import MODELS, PAGES, small_session
from pages import FIXTURES, tensors_of

from explorer.engine import Diverged, Session

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU"),
]

TRAINED = [name for name in MODELS if name not in FIXTURES.pages]
VARIANTS: list[tuple[str, str, dict[str, Any]]] = [
    ("tabular", "digits-binary", {"fit": "gradient"}),
    ("real-nvp", "moons:n=1000", {"dense": True, "layers": 4}),
    ("avb", "parabola", {"decoder": "given", "contrast": "adaptive", "anneal": 0.5}),
    ("avb", "four-points", {"contrast": "plain"}),
    ("avb", "digits-binary", {"posterior": "gaussian"}),
    ("implicit", "regression", {"theta": "learned"}),
    ("implicit", "lotka-volterra", {"estimator": "nre"}),
    ("flow-matching", "ring8:n=1000", {"rectify": 0.02}),
]


def run(made: Session, rounds: int) -> Session:
    for _ in range(rounds):
        made.step()
    made.flush()
    return made


def differences(one: Session, other: Session) -> dict[str, float]:
    mine, theirs = tensors_of(one), tensors_of(other)
    assert mine.keys() == theirs.keys()
    return {
        path: float((mine[path].double() - theirs[path].double()).abs().max())
        for path in mine
        if not torch.equal(mine[path], theirs[path])
    }


@pytest.mark.parametrize("name", TRAINED)
def test_a_replayed_round_gives_the_numbers_of_an_eager_one(name):
    eager, captured = (small_session(name, graphs=graphs, ema=0.9, device="cuda") for graphs in (False, True))
    if eager.fitted:
        pytest.skip("it is fitted, not trained")
    for made in (eager, captured):
        run(made, 50)
    assert differences(eager, captured) == {}
    assert eager.journal.history.last() == captured.journal.history.last()
    if any(each.player.rows for each in captured.learner.players):
        assert "a row for each datum" in captured.summary()["cuda_graphs"]
    else:
        assert captured.summary()["cuda_graphs"] == "47 rounds replayed from 1 graphs" or name == "gan-images"
        assert captured.trainer.graphs.replays == 47


@pytest.mark.parametrize(
    ("name", "data", "values"), VARIANTS, ids=[f"{name}-{place}" for place, (name, *_) in enumerate(VARIANTS)]
)
def test_a_variant_of_the_round_is_captured_too(name, data, values):
    values = {"steps": 60, **values}
    eager, captured = (
        run(small_session(name, data=data, graphs=on, device="cuda", **values), 50) for on in (False, True)
    )
    assert captured.trainer.graphs.replays > 0
    assert differences(eager, captured) == {}


@pytest.mark.parametrize("optimiser", ["adam", "adamw", "rmsprop", "sgd"])
def test_every_optimiser_is_captured(optimiser):
    values = {"optimiser": optimiser, "clip": 0.5, "weight_decay": 0.1}
    eager, captured = (run(small_session("vae", graphs=on, device="cuda", **values), 20) for on in (False, True))
    assert captured.trainer.graphs.replays == 17
    assert differences(eager, captured) == {}


def test_live_changes_between_replays_give_the_numbers_of_eager_rounds():
    eager, captured = (small_session("vae", graphs=on, device="cuda", steps=1000) for on in (False, True))
    for change in ({}, {"lr": 0.01}, {"beta": 0.5}, {"beta1": 0.5}, {"clip": 0.1}):
        for made in (eager, captured):
            if change:
                made.change(**change)
            run(made, 6)
    assert captured.trainer.graphs.captures == 4
    assert differences(eager, captured) == {}


def test_a_round_that_waits_for_a_value_is_eager_and_the_session_goes_on(monkeypatch):
    page = PAGES["vae"]
    loss = page.loss

    def waiting(model, batch, *, rng):
        values = loss(model, batch, rng=rng)
        return values if float(values["loss"].detach()) < 1e9 else {"loss": 0 * values["loss"]}

    monkeypatch.setattr(page, "loss", waiting)
    eager, tried = (run(small_session("vae", graphs=on, device="cuda"), 20) for on in (False, True))
    assert tried.summary()["cuda_graphs"].startswith("none, because a round could not be captured")
    assert differences(eager, tried) == {}


@pytest.mark.parametrize("optimiser", ["adam", "rmsprop", "sgd"])
def test_a_replayed_round_that_is_not_finite_changes_nothing(optimiser):
    made = run(small_session("real-nvp", optimiser=optimiser, device="cuda"), 10)
    before = {name: value.detach().clone() for name, value in made.model.named_parameters()}
    made.data._x["train"].fill_(float("nan"))  # the planar data, which the graph reads
    made.step()
    made.step()
    assert all(torch.equal(before[name], value) for name, value in made.model.named_parameters())
    with pytest.raises(Diverged, match="step 11"):
        made.flush()


def test_the_graph_of_a_dropped_session_is_not_freed_during_a_capture():
    """Sessions hold cycles, so that their graphs are freed by a collection; one within a capture would end it."""
    threshold = gc.get_threshold()
    try:
        for _ in range(3):
            made = run(small_session("vae", device="cuda"), 3)
            gc.set_threshold(1, 1, 1)  # collects at every chance
            run(made, 1)
            gc.set_threshold(*threshold)
            assert made.trainer.graphs.captures == 1
    finally:
        gc.set_threshold(*threshold)


@pytest.mark.parametrize("name", TRAINED)
def test_the_same_seed_gives_the_same_numbers_twice(name):
    one, other = (small_session(name, graphs=False, device="cuda") for _ in range(2))
    if one.fitted:
        pytest.skip("it is fitted, not trained")
    assert differences(run(one, 20), run(other, 20)) == {}
