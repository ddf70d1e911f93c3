"""Progress, stages, symbols and parameters: how a model follows training and declares its players."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pytest
import torch
from pages import Gauss, Growing, TinyGAN, kept_session, session, weights_of
from test_host import Hosted, hosted  # noqa: F401
from torch import nn

import models
from explorer.engine import resume_session
from explorer.engine.host.events import Opened, Paused, Staged
from explorer.engine.session import clock
from explorer.engine.session.optimisation import Optimisation
from explorer.engine.training import Training
from models import Family
from models.protocol import Player, Progress, param

STEPS = 8


class Annealed(Gauss):
    """Keeps the share of the schedule in a buffer, and adds it up over the rounds."""

    title, presets, try_next = "Annealed", (), ()

    def __init__(self, config, spec):
        super().__init__(config, spec)
        self.register_buffer("share", torch.zeros(()))
        self.register_buffer("total", torch.zeros(()))
        self.register_buffer("rounds", torch.zeros((), dtype=torch.long))

    def begin_round(self, progress: Progress) -> None:
        assert progress.step == self.rounds
        self.share.fill_(progress.share)
        self.total += self.share
        self.rounds += 1


class AnnealedGame(TinyGAN):
    """Counts the rounds that begin."""

    title, presets, try_next = "Annealed game", (), ()

    @dataclass(frozen=True)
    class Config(TinyGAN.Config):
        updates: int = param(2, "Updates of the discriminator", 1, 5, live=True)

    def __init__(self, config, spec):
        super().__init__(config, spec)
        self.register_buffer("rounds", torch.zeros((), dtype=torch.long))

    def players(self) -> tuple[Player, ...]:
        judge, maker = super().players()
        return Player("discriminator", judge.parameters, self.config.updates, "lr_d"), maker

    def begin_round(self, progress: Progress) -> None:
        self.rounds += 1


class Halfway(Growing):
    """Grows when half of the schedule is done."""

    title, presets, try_next = "Halfway", (), ()

    def stage_at(self, progress: Progress) -> int:
        return int(progress.share >= 0.5)


class Frozen(Gauss):
    """Has a part that is not trained."""

    title, presets, try_next = "Frozen", (), ()

    def __init__(self, config, spec):
        super().__init__(config, spec)
        self.teacher = nn.Linear(2, 2).requires_grad_(False)


@pytest.fixture(autouse=True)
def _catalogue(fixture_pages, monkeypatch) -> None:
    pages = {"annealed": Annealed, "annealed-game": AnnealedGame, "halfway": Halfway, "frozen": Frozen}
    monkeypatch.setattr(models, "FAMILIES", (*models.FAMILIES, Family("words", "Words", pages)))


def train_to(made, step: int):
    while made.step_count < step:
        made.step()
    return made


# begin_round


def test_each_round_begins_with_the_share_of_the_schedule():
    made = train_to(session("annealed", steps=STEPS, ema=0.5), STEPS)
    assert made.model.total == pytest.approx(sum(k / STEPS for k in range(STEPS)))  # (n - 1) / 2
    assert made.model.share == pytest.approx((STEPS - 1) / STEPS)
    assert made.learner.averaged.share == made.model.share  # buffers of the average are copied


def test_a_round_begins_once_whatever_its_players_parts_and_phases():
    made = session("annealed-game", batch=16, micro_batches=2)
    made.step()
    assert made.model.rounds == 1
    made.step_player("generator")
    assert made.model.rounds == 2
    made.substep()
    made.substep()
    assert made.model.rounds == 3


def test_a_resumed_run_goes_on_along_the_schedule_of_step_0(tmp_path):
    whole = train_to(session("annealed", steps=STEPS), STEPS)
    half = train_to(kept_session("annealed", tmp_path / "run", steps=STEPS), 3)
    half.stop()
    half.close()
    resumed = resume_session(tmp_path / "run")
    resumed.change(steps=100)  # a longer run does not stretch the schedule
    train_to(resumed, STEPS)
    assert resumed.model.total == whole.model.total
    train_to(resumed, STEPS + 3)
    assert resumed.model.share == 1.0
    resumed.close()


# stage_at


def test_a_stage_begins_at_a_share_of_the_steps():
    made = train_to(session("halfway", steps=STEPS), STEPS // 2 - 1)
    assert made.model.stage == 0
    made.step()
    assert made.model.stage == 1


def test_a_stage_begins_at_a_share_of_the_seconds(monkeypatch):
    made = session("halfway", seconds=100.0, batch=8)
    ticks = iter(range(100_000))
    monkeypatch.setattr(clock.time, "perf_counter", lambda: float(next(ticks)))  # each look takes a second
    while made.seconds < 50:
        assert made.model.stage == 0
        made.step()
    assert made.model.stage == 1
    assert made.trainer.progress == Progress(made.step_count, made.seconds / 100)


# Staged


def test_the_host_tells_of_players_that_join(hosted: Hosted) -> None:  # noqa: F811
    hosted.host.open(partial(session, "halfway", steps=20, batch=16), train=True)
    hosted.until_event(Opened)
    players = hosted.until_event(Staged).players
    assert [(player.name, player.symbol) for player in players] == [("gauss", "G"), ("bend", "B")]
    assert not any(isinstance(event, Staged) for event in hosted.events)


def test_the_host_tells_of_players_that_change_with_the_config(hosted: Hosted) -> None:  # noqa: F811
    hosted.host.open(partial(session, "annealed-game", steps=1000, batch=16))
    hosted.until_event(Opened)
    hosted.host.step()
    hosted.until_event(Paused)
    hosted.host.change(hidden=16)  # is not live
    hosted.host.change(lr_d=0.5)
    hosted.host.change(updates=4)
    assert [player.updates for player in hosted.until_event(Staged).players] == [4, 1]
    assert not any(isinstance(event, Staged) for event in hosted.events)


# Players


def test_a_symbol_is_the_initial_unless_it_is_declared():
    weight = (nn.Parameter(torch.zeros(1)),)
    assert Player("encoder", weight).symbol == "E"
    assert Player("encoder", weight, symbol="φ").symbol == "φ"


def test_a_model_of_one_player_trains_what_requires_gradients():
    made = session("frozen", batch=16)
    before = weights_of(made.model)
    made.step()
    assert len(made.learner.players[0].parameters) == 2
    assert not any("teacher" in path for path in made.learner.players[0].state())
    after = weights_of(made.model)
    assert {name for name in before if not torch.equal(before[name], after[name])} == {"mean", "log_std"}


def test_frozen_parameters_of_a_player_are_left_out_and_a_player_without_others_is_refused():
    free, frozen = nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(2), requires_grad=False)
    names = {id(free): "free", id(frozen): "frozen"}

    class Settings(Training):
        lr = 0.05

    assert Optimisation(Player("both", (free, frozen)), Settings(), names).parameters == [free]
    with pytest.raises(ValueError, match="player teacher has no parameter that requires a gradient"):
        Optimisation(Player("teacher", (frozen,)), Settings(), names)
