"""Rounds replayed as captured graphs: the same numbers as operation by operation, captured anew where they must be."""

from __future__ import annotations

import sys

import pytest
import torch
from catalogue import MODELS, small_session
from pages import FIXTURES, Gauss, Growing, session, tensors_of
from recorder import record

from explorer.engine import Diverged, Session
from explorer.engine.session import trainer
from explorer.engine.session.metric_buffer import MetricBuffer, Record, Scalars
from models.protocol import Progress

pytestmark = pytest.mark.usefixtures("fixture_pages", "as_on_a_gpu")

EAGER = {"vae-per-datapoint"}  # a table with a row for each datum
LATER = {"growing"}  # enters its next stage within the first rounds


@pytest.fixture
def as_on_a_gpu(monkeypatch):
    """The CPU counts as a device whose results are read later, and a recorder stands for CUDA graphs."""
    for module in list(sys.modules.values()):
        if module.__name__.startswith("explorer.") and hasattr(module, "is_deferred"):
            monkeypatch.setattr(module, "is_deferred", lambda device: True)
    monkeypatch.setattr(trainer, "cuda_graph", record)
    monkeypatch.setattr(
        sys.modules[torch.optim.RMSprop.__module__], "_get_capturable_supported_devices", lambda: ["cpu"]
    )


def run(made: Session, rounds: int) -> Session:
    for _ in range(rounds):
        made.step()
    made.flush()
    return made


def equal(one: Session, other: Session) -> bool:
    mine, theirs = tensors_of(one), tensors_of(other)
    return mine.keys() == theirs.keys() and all(torch.equal(mine[path], theirs[path]) for path in mine)


@pytest.mark.parametrize("name", MODELS)
def test_a_replayed_round_gives_the_numbers_of_an_eager_one(name):
    eager, captured = (small_session(name, graphs=graphs, ema=0.9) for graphs in (False, True))
    if eager.fitted:
        pytest.skip("it is fitted, not trained")
    for made in (eager, captured):
        run(made, 6)
    assert equal(eager, captured)
    assert eager.journal.history.last() == captured.journal.history.last()
    assert eager.trainer.graphs.replays == 0
    if name in EAGER:
        assert "a row for each datum" in captured.summary()["cuda_graphs"]
    elif name not in LATER:
        assert captured.trainer.graphs.replays == 3
        assert captured.summary()["cuda_graphs"] == "3 rounds replayed from 1 graphs"


@pytest.mark.parametrize("name", ["vae", "pixel-cnn", "gan", "real-nvp"])
def test_micro_batches_are_captured_with_noise_of_their_own(name, monkeypatch):
    served: list[str] = []

    def recorded(work, sources):
        before = len(served)
        replay = record(work, sources)
        assert len(served) == before  # a view that is computed meanwhile would be recorded with the round
        return replay

    monkeypatch.setattr(trainer, "cuda_graph", recorded)
    eager, captured = (small_session(name, graphs=graphs, micro_batches=2) for graphs in (False, True))
    for made in (eager, captured):
        made.between_micro_batches = lambda: served.append("view")
        run(made, 6)
    assert served
    assert captured.trainer.graphs.replays == 3
    assert equal(eager, captured)
    assert eager.journal.history.last() == captured.journal.history.last()


@pytest.mark.parametrize("optimiser", ["adam", "adamw", "rmsprop", "sgd"])
@pytest.mark.parametrize("clip", [0.0, 0.1])
def test_every_optimiser_is_captured(optimiser, clip):
    values = {"optimiser": optimiser, "clip": clip, "weight_decay": 0.1, "start": "drawn"}
    eager, captured = (run(session("gauss", graphs=graphs, **values), 8) for graphs in (False, True))
    assert captured.trainer.graphs.replays == 5
    assert equal(eager, captured)


@pytest.mark.parametrize("name", ["vae", "gan-images", "pixel-cnn", "row-lstm"])
def test_sixteen_bits_change_the_loss_by_little(name):
    """The weights stay at 32 bits, and so does what is summed."""
    exact, rounded = (small_session(name, autocast=autocast) for autocast in ("none", "bfloat16"))
    losses = []
    for made in (exact, rounded):
        run(made, 1)
        losses.append(made.journal.history.last())
        assert {p.dtype for p in made.model.parameters()} == {torch.float32}
    for key, value in losses[0].items():
        assert losses[1][key] == pytest.approx(value, rel=0.05, abs=0.05), key


def test_what_changes_every_round_is_read_by_the_graph(monkeypatch):
    """A weight that `begin_round` warms up, the cosine of the learning rate, and the warm-up of the average."""

    class Warm(Gauss):
        def __init__(self, config, spec):
            super().__init__(config, spec)
            self.register_buffer("weight", torch.zeros(()))

        def begin_round(self, progress: Progress) -> None:
            self.weight.fill_(min(1.0, progress.step / 10))

        def loss(self, batch, *, rng):
            values = super().loss(batch, rng=rng)
            return values | {"loss": self.weight * values["loss"]}

    monkeypatch.setitem(FIXTURES.pages, "gauss", Warm)
    eager, captured = (run(session("gauss", graphs=graphs, ema=0.99, steps=20), 20) for graphs in (False, True))
    assert captured.trainer.graphs.captures == 1
    assert equal(eager, captured)
    assert torch.equal(captured.model.weight, torch.tensor(1.0))


def test_a_change_of_the_operations_captures_anew_and_one_of_the_rates_does_not():
    eager, captured = (session("gauss", graphs=graphs, jitter=0.1, steps=100) for graphs in (False, True))
    changes = [
        ({"lr": 0.03}, 1),
        ({"scale": 3.0}, 2),
        ({"beta1": 0.5}, 3),
        ({"schedule": "constant"}, 3),
        ({"clip": 0.1}, 4),
    ]
    for made in (eager, captured):
        run(made, 5)
    for change, captures in changes:
        for made in (eager, captured):
            made.change(**change)
            run(made, 5)
        assert captured.trainer.graphs.captures == captures, change
        assert equal(eager, captured)


def test_a_slider_that_is_dragged_captures_nothing():
    made = run(session("gauss", steps=100), 5)
    for step in range(10):
        made.change(scale=1.0 + step)
        run(made, 2)
    assert made.trainer.graphs.captures == 1


def test_another_stage_captures_anew(monkeypatch):
    monkeypatch.setattr(Growing, "stage_at", lambda model, progress: int(progress.step >= 8))
    eager, captured = (run(session("growing", graphs=graphs, steps=20), 20) for graphs in (False, True))
    assert captured.model.stage == 1
    assert captured.trainer.graphs.captures == 2
    assert equal(eager, captured)


def test_rounds_of_two_kinds_have_a_graph_each():
    values = {"data": "digits", "r1": 1.0, "r1_every": 3, "batch": 8, "channels": 4}
    eager, captured = (run(session("gan-images", graphs=graphs, **values), 10) for graphs in (False, True))
    assert captured.trainer.graphs.captures == 2
    assert captured.trainer.graphs.replays == 7
    assert equal(eager, captured)


def test_phases_and_single_players_stay_eager_among_replayed_rounds():
    eager, captured = (session("tiny-gan", graphs=graphs) for graphs in (False, True))
    for made in (eager, captured):
        run(made, 5)
        for _ in range(3):
            made.substep()
        made.step()  # completes the round
        made.step_player("generator")
        run(made, 2)
    assert captured.trainer.graphs.replays == 4
    assert equal(eager, captured)


def test_a_resumed_session_goes_on_to_the_same_numbers():
    whole = run(session("gauss", jitter=0.5, steps=20), 12)
    half = run(session("gauss", jitter=0.5, steps=20), 7)
    resumed = session("gauss", jitter=0.5, steps=20)
    resumed.load(half.state())
    assert equal(whole, run(resumed, 5))


def test_graphs_are_switched_off_and_on():
    made = run(session("gauss", graphs=False), 5)
    assert made.trainer.graphs.replays == 0
    made.change(graphs=True)
    run(made, 5)
    assert made.trainer.graphs.replays == 2
    made.change(graphs=False)
    run(made, 5)
    assert made.trainer.graphs.replays == 2


def test_what_cannot_be_captured_runs_eagerly_and_the_summary_says_so(monkeypatch):
    class Waits(Gauss):
        def loss(self, batch, *, rng):
            values = super().loss(batch, rng=rng)
            if float(values["loss"].detach()) > 1e9:
                return values | {"loss": 0 * values["loss"]}
            return values

    monkeypatch.setitem(FIXTURES.pages, "gauss", Waits)
    eager, tried = (run(session("gauss", graphs=graphs, jitter=0.5), 8) for graphs in (False, True))
    assert equal(eager, tried)
    told = tried.summary()["cuda_graphs"]
    assert told.startswith("none, because a round could not be captured: operation")
    assert tried.trainer.graphs.captures == 0


def test_after_a_capture_that_failed_another_one_is_tried_once_the_operations_change(monkeypatch):
    made = session("gauss", jitter=0.5, steps=100)
    with monkeypatch.context() as patch:
        patch.setattr(
            made.trainer.graphs, "_capture", lambda work, sources: (_ for _ in ()).throw(RuntimeError("full"))
        )
        run(made, 6)
    assert made.summary()["cuda_graphs"] == "none, because a round could not be captured: full"
    run(made, 6)
    assert made.trainer.graphs.captures == 0
    made.change(scale=2.0)
    run(made, 6)
    assert made.summary()["cuda_graphs"] == "3 rounds replayed from 1 graphs"


def test_the_first_of_several_processes_reads_metrics_before_the_others():
    """It is then the one that finds a number that is not finite, and writes how the run has ended."""
    first, other = (MetricBuffer(torch.device("cuda"), first=each, size=4) for each in (True, False))
    times = []
    for step in range(1, 17):
        for buffer in (first, other):
            buffer.push(Record(step, 0.0, {}), Scalars.of(torch.tensor(1.0), {"loss": torch.tensor(0.0)}))
        if first.due():
            first.flush()
        times.append(other.due())
    assert times == [False] * 15 + [True]


@pytest.mark.parametrize("optimiser", ["adam", "rmsprop", "sgd"])
def test_a_round_that_is_not_finite_changes_nothing_and_ends_the_session_when_read(optimiser):
    made = run(session("gauss", optimiser=optimiser), 6)
    before = {name: value.clone() for name, value in made.model.named_parameters()}
    made.data._x["train"].fill_(float("nan"))
    made.step()
    made.step()
    assert all(torch.equal(before[name], value) for name, value in made.model.named_parameters())
    with pytest.raises(Diverged, match="step 7"):
        made.flush()
    assert made.status == "diverged"
