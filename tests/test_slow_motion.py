"""Rounds in parts: one player alone, and slow motion, phase by phase, by the hand of the host."""

from __future__ import annotations

import math
from functools import partial

import pytest
import torch
from pages import kept_session, session, weights_of
from test_host import Hosted, hosted  # noqa: F401
from test_live_training import assert_same, replay, train_to

from explorer.engine import BadInput, Request, resume_session
from explorer.engine.host.events import Done, Failed, Opened, Paused, PhasePlayed
from explorer.engine.session.slow_motion import SlowMotion
from models.frames import Plane
from models.protocol import PhasePicture, Player
from models.vae.amortised.model import VAE
from models.vae.phases import forward_pass

pytestmark = pytest.mark.usefixtures("fixture_pages")

HOUR = 3600.0
LONG = {"steps": 10_000_000, "batch": 32, "schedule": "constant"}


def moved(before: dict[str, torch.Tensor], after: dict[str, torch.Tensor]) -> set[str]:
    """The parts of the tiny GAN whose weights differ."""
    return {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}


# One player alone


@pytest.mark.parametrize(
    ("player", "parts", "metric"),
    [("generator", {"generator"}, "generator_loss"), ("discriminator", {"features", "head"}, "discriminator_loss")],
)
def test_a_player_s_step_moves_that_player_alone_and_counts_as_a_step(player, parts, metric):
    made = train_to(session("tiny-gan", batch=16), 3)
    before, position = weights_of(made.model), made.trainer.position
    made.step_player(player)
    assert moved(before, weights_of(made.model)) == parts
    assert (made.step_count, made.trainer.position) == (4, position + 16)
    made.flush()
    assert made.journal.history.curve(metric).step[-1] == 4
    other = "discriminator_loss" if player == "generator" else "generator_loss"
    assert made.journal.history.curve(other).step[-1] == 3


def test_an_unknown_player_is_refused_and_nothing_is_played():
    made = session("tiny-gan")
    with pytest.raises(BadInput, match="no player critic; there are discriminator, generator"):
        made.step_player("critic")
    assert made.step_count == 0


def test_a_round_that_was_begun_is_finished_before_a_player_steps_alone():
    slow, fast = session("tiny-gan", batch=16), session("tiny-gan", batch=16)
    slow.substep()
    slow.step_player("generator")
    fast.step()
    fast.step_player("generator")
    assert slow.step_count == 2
    assert_same(slow, fast)


def test_players_stepped_by_hand_are_noted_and_the_run_is_replayed_and_resumed_bit_for_bit(tmp_path):
    values = {"steps": 20, "batch": 16}
    kept = train_to(kept_session("tiny-gan", tmp_path / "run", **values), 4)
    kept.step_player("generator")
    kept.step_player("generator")
    kept.change(lr_d=0.01)
    kept.step_player("discriminator")
    assert kept.run.changes() == [
        {"step": 5, "player": "generator"},
        {"step": 6, "player": "generator"},
        {"step": 6, "set": {"lr_d": 0.01}},
        {"step": 7, "player": "discriminator"},
    ]
    train_to(kept, 9)
    assert_same(kept, replay(kept.run, "tiny-gan", 9, **values))
    kept.save()
    kept.close()
    resumed = resume_session(tmp_path / "run")
    assert_same(kept, resumed)
    train_to(resumed, 20)
    assert_same(resumed, replay(resumed.run, "tiny-gan", 20, **values))
    resumed.close()


def test_rounds_of_one_player_after_the_checkpoint_are_cut_with_what_they_did(tmp_path):
    kept = train_to(kept_session("tiny-gan", tmp_path / "run", steps=20, batch=16), 3)
    kept.save()
    kept.step_player("generator")
    kept.close()  # as after a crash: the round is lost, and nothing claims it
    resumed = resume_session(tmp_path / "run")
    assert (resumed.step_count, resumed.run.changes()) == (3, [])
    assert_same(train_to(resumed, 6), train_to(session("tiny-gan", steps=20, batch=16), 6))
    resumed.close()


# Phases


@pytest.mark.parametrize(("parts", "count"), [(1, 12), (2, 18)])
def test_phases_are_numbered_within_their_round(parts, count):
    made = session("tiny-gan", batch=16, micro_batches=parts)
    phases = [made.substep() for _ in range(2 * count)]
    assert [phase.number for phase in phases] == [*range(1, count + 1)] * 2
    assert {phase.count for phase in phases} == {count}
    assert made.step_count == 2


# Pictures of phases

SMALL_VAE = {"hidden": 16, "layers": 1, "batch": 32, "steps": 1000}


def vae(**values):
    return session("vae", data="digits", **{**SMALL_VAE, **values})


@pytest.mark.parametrize("parts", [1, 2])
def test_the_forward_pass_is_divided_into_the_phases_of_its_player(parts):
    made, forward = vae(micro_batches=parts), ["encode", "draw ε", "decode", "terms"]
    played = [made.substep() for _ in range(2 + 5 * parts)]
    assert [phase.name for phase in played] == ["draw", *(*forward, "backward") * parts, "update"]
    assert [(phase.number, phase.count) for phase in played] == [(n + 1, len(played)) for n in range(len(played))]
    assert {phase.name for phase in played if "loss" in phase.metrics} == {"terms", "backward", "update"}
    assert made.step_count == 1


def test_a_player_has_a_sentence_for_each_phase_of_its_forward_pass():
    with pytest.raises(ValueError, match="no sentence for the phase 'encode'"):
        Player("model", (), forward_phases=("encode",))
    assert Player("model", (), explain={"encode": "It encodes."}, forward_phases=("encode",)).explanation("encode")


@pytest.mark.parametrize("values", [{}, {"decoder": "gaussian", "micro_batches": 2}])
def test_what_is_drawn_has_the_data_and_the_noise_of_the_loss(values):
    made, motion, played, told = vae(**values), SlowMotion(), [], 0

    def keep(phase):
        played.append(phase)
        return {}

    while made.step_count < 2:
        report, phase = motion.play(made, False, keep), played[-1]
        if phase.name not in ("draw ε", "terms"):
            continue
        rng = torch.Generator()
        rng.set_state(phase.before.rng_state)
        with torch.no_grad():
            done = forward_pass(phase.before.model, phase.before.batch, rng=rng)
        if phase.name == "draw ε":
            assert report.picture.values["image a: ε₁"] == done.noise[0, 0]
        else:
            told += 1
            assert done.reconstruction.mean() == phase.metrics["reconstruction"]  # to the last bit
            assert done.kl.mean().item() == pytest.approx(phase.metrics["kl"].item(), rel=1e-5)
    assert told == 2 * values.get("micro_batches", 1)


def test_a_run_in_slow_motion_equals_one_at_full_speed_to_the_last_bit_whatever_is_drawn(monkeypatch):
    drawn = []

    def meddle(model, player, phase, batch, *, rng, shown, after=None):
        """Does everything to its copies that a picture must not do to training."""
        drawn.append(phase)
        for copy in (model, after):
            for parameter in () if copy is None else copy.parameters():
                parameter.fill_(torch.rand((), generator=rng).item())
        return PhasePicture()

    fast = train_to(vae(ema=0.9), 3)
    for draw in (VAE.phase_picture, meddle):
        monkeypatch.setattr(VAE, "phase_picture", draw)
        slow, motion, before = vae(ema=0.9), SlowMotion(), torch.get_rng_state()
        while slow.step_count < 3:
            motion.play(slow, False, lambda phase: {"latent_map": Plane((), dims=(0, 1))})
        assert_same(slow, fast)
        assert torch.equal(torch.get_rng_state(), before)
    assert drawn[:7] == ["draw", "encode", "draw ε", "decode", "terms", "backward", "update"]


def test_phases_are_drawn_over_the_frames_in_sight_and_these_stay_as_they_are(hosted: Hosted) -> None:  # noqa: F811
    hosted.host.open(vae)
    hosted.host.watch([Request("latent_map")])
    maps, plain = {}, []
    for number in range(1, 8):
        hosted.host.substep()
        report = hosted.until_event(PhasePlayed).report
        assert report.phase.before is None  # the thread of the window gets neither model nor data
        maps[report.phase.name] = report.picture.frames.get("latent_map")
        assert (number, 7) == (report.phase.number, report.phase.count)
        plain.append(hosted.snapshot().replies[0].frame)
    assert [name for name, frame in maps.items() if frame is not None] == ["encode", "draw ε", "update"]
    assert all(frame.subtitle.startswith("posterior means") for frame in plain)
    assert all(frame is plain[0] for frame in plain[:6])
    for name, base in (("encode", plain[0]), ("update", plain[6])):
        assert maps[name].layers[0] is base.layers[0]
        assert maps[name].layers[1].xy is base.layers[1].xy  # of the weights before, and of those after the update
    assert plain[6] is not plain[0]


# Slow motion


def phases(hosted) -> list:  # noqa: F811
    return [event.report for event in hosted.events if isinstance(event, PhasePlayed)]


def test_slow_motion_plays_phases_with_their_numbers_and_rests_between_them(hosted: Hosted) -> None:  # noqa: F811
    hosted.host.slow_down(HOUR)
    hosted.host.open(partial(session, "tiny-gan", **LONG), train=True)
    shown = hosted.until_event(Opened).shown
    report = hosted.until_event(PhasePlayed).report
    assert (report.phase.name, report.phase.number, report.step, report.going_on) == ("draw", 1, 1, True)
    hosted.snapshot()  # the host goes on serving while it rests
    hosted.host.ask(Request("samples"))
    hosted.until(lambda: hosted.replies)
    assert (shown.step_count, phases(hosted)) == (0, [])
    hosted.host.slow_down(0.0)
    hosted.until(lambda: shown.step_count >= 3)
    reports = phases(hosted)
    names = ["draw", "forward", "backward", "update"] * 3
    assert [report.phase.name for report in reports[:11]] == names[1:]
    forward, backward, update = reports[0], reports[1], reports[2]
    assert forward.values["loss"] == pytest.approx(-forward.values["value"])
    assert forward.values["value"] == pytest.approx(forward.values["log_d"] + forward.values["log_one_minus_d"])
    assert backward.values["gradient"] > 0
    assert update.values["lr"] == 1e-3
    assert all(math.isfinite(value) for report in reports for value in report.values.values())


def test_the_gradient_s_norm_is_that_of_the_player_whose_phase_it_is(hosted: Hosted) -> None:  # noqa: F811
    made = session("tiny-gan", **LONG)
    hosted.host.open(lambda: made)
    for _ in range(3):
        hosted.host.substep()
    hosted.until(lambda: len(phases(hosted)) == 3)
    squares = [p.grad.square().sum() for p in (*made.model.features.parameters(), *made.model.head.parameters())]
    assert phases(hosted)[2].values["gradient"] == pytest.approx(math.sqrt(float(sum(squares))), rel=1e-5)


def test_pause_holds_within_a_round_and_training_goes_on_from_there_as_if_never_slowed(hosted: Hosted) -> None:  # noqa: F811
    hosted.host.slow_down(HOUR)
    hosted.host.open(partial(session, "tiny-gan", **LONG), train=True)
    shown = hosted.until_event(Opened).shown
    hosted.until_event(PhasePlayed)
    hosted.host.pause()
    assert hosted.until_event(Paused).within_round
    hosted.host.substep()
    assert hosted.until_event(PhasePlayed).report.phase.name == "forward"
    assert shown.between_phases
    hosted.host.slow_down(None)  # nothing trains, so the round is finished and then all stands still
    hosted.until_event(Paused)
    assert (shown.step_count, shown.between_phases) == (1, False)
    hosted.host.train()
    hosted.until(lambda: shown.step_count >= 20)
    hosted.host.pause()
    hosted.until_event(Paused)
    plain = train_to(session("tiny-gan", **LONG), shown.step_count)
    assert all(torch.equal(value, weights_of(shown.model)[name]) for name, value in weights_of(plain.model).items())


def test_a_step_finishes_the_round_that_is_held(hosted: Hosted) -> None:  # noqa: F811
    hosted.host.slow_down(HOUR)
    hosted.host.open(partial(session, "tiny-gan", **LONG), train=True)
    shown = hosted.until_event(Opened).shown
    hosted.until_event(PhasePlayed)
    hosted.host.step()
    hosted.until_event(Paused)
    assert (shown.step_count, shown.between_phases) == (1, False)


def test_slowing_down_saves_first_and_leaving_while_held_finishes_the_round_and_saves(hosted: Hosted, tmp_path) -> None:  # noqa: F811
    hosted.host.open(partial(kept_session, "tiny-gan", tmp_path / "run", **LONG), train=True)
    shown = hosted.until_event(Opened).shown
    hosted.until(lambda: shown.step_count >= 5)
    hosted.host.slow_down(HOUR)
    hosted.until_event(PhasePlayed)
    assert shown.run.last().step == shown.step_count >= 5
    hosted.host.pause()
    hosted.until_event(Paused)
    step = shown.step_count
    hosted.host.close()
    hosted.thread.join(10)
    assert (shown.step_count, shown.run.last().step) == (step + 1, step + 1)


def test_pictures_are_made_anew_after_an_update_within_the_round(hosted: Hosted) -> None:  # noqa: F811
    hosted.host.open(partial(session, "tiny-gan", **LONG))
    shown = hosted.until_event(Opened).shown
    hosted.host.watch([Request("samples")])
    frames = []
    for number in range(1, 5):
        hosted.host.substep()
        hosted.until(lambda number=number: len(phases(hosted)) == number)
        frames.append(hosted.snapshot().replies[0].frame)
    assert frames[1] is frames[2]  # the weights were the same
    assert frames[3] is not frames[2]
    assert shown.step_count == 0


def test_a_slow_run_ends_when_its_steps_are_done(hosted: Hosted) -> None:  # noqa: F811
    hosted.host.slow_down(0.0)
    hosted.host.open(partial(session, "tiny-gan", steps=2, batch=16), train=True)
    hosted.until_event(Done)
    assert len(phases(hosted)) == 24
    hosted.host.train()
    assert "finished" in hosted.until_event(Failed).message


def test_a_player_steps_alone_at_the_host_s_hand(hosted: Hosted) -> None:  # noqa: F811
    host = hosted.host
    host.open(partial(session, "tiny-gan", **LONG), first=partial(host.step, "generator"))
    shown = hosted.until_event(Opened).shown
    hosted.until_event(Paused)
    shown.flush()
    assert shown.step_count == 1
    assert shown.journal.history.curve("generator_loss").step.tolist() == [1]
    assert "discriminator_loss" not in shown.journal.history.last()
