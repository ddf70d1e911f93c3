"""The setup of a run at each step, the name that follows from it, and what figures say of it."""

from __future__ import annotations

import json
from contextlib import closing

import pytest
from pages import kept_session

from explorer.engine import Setup, resume_session
from explorer.engine.naming import name_of_run
from explorer.engine.recent import recent_runs
from explorer.engine.runs.run import Run
from explorer.engine.runs.setup_history import SetupHistory

pytestmark = pytest.mark.usefixtures("fixture_pages")


@pytest.fixture
def start() -> SetupHistory:
    return SetupHistory(Setup.of("gauss", preset="Ring"))


@pytest.fixture
def changed(start) -> SetupHistory:
    return start.with_change(5, {"scale": 2.0}).with_change(5, {"lr": 0.5}).with_change(1200, {"scale": 3.0})


def test_a_change_holds_from_the_step_after_it(changed):
    assert [changed.at(step).config.scale for step in (0, 5, 6, 1200, 1201, None)] == [1, 1, 2, 2, 3, 3]
    assert changed.at(6).training.lr == 0.5


def test_a_figure_has_the_parameters_of_its_step_and_the_changes_before_it(changed):
    begun = changed.start.to_json()
    assert changed.identity(5) == {"config": begun["config"], "training": begun["training"]}
    later = changed.identity(6)
    assert (later["config"]["scale"], later["training"]["lr"]) == (2.0, 0.5)
    assert later["changes"] == [{"step": 5, "set": {"scale": 2.0}}, {"step": 5, "set": {"lr": 0.5}}]


def test_a_run_is_called_by_its_start_and_by_when_it_was_changed(changed):
    assert name_of_run(changed, 5) == "Ring"
    assert name_of_run(changed, 1200) == "Ring, changed at step 5"
    assert name_of_run(changed) == "Ring, changed 2 times, last at step 1\u2009200"


def test_more_steps_the_same_value_and_what_was_set_before_the_first_step_are_no_change(start):
    longer = start.with_change(20, {"steps": 40}).with_change(25, {"scale": 1.0})
    assert name_of_run(longer) == "Ring"
    assert name_of_run(start.with_change(0, {"scale": 4.0})) == "Ring with scale s 4"


def test_session_run_and_list_know_the_same_changes(tmp_path):
    with closing(kept_session("gauss", tmp_path / "one", jitter=0.1, steps=20, batch=32)) as made:
        for _ in range(3):
            made.step()
        made.change(scale=3.0)
        made.step()
        made.stop()
        setups = made.setups
        assert made.journal.history.changed == (3,)
    assert [(change.step, change.values) for change in setups.changes] == [(3, {"scale": 3.0})]
    assert SetupHistory.of(Run(tmp_path / "one")) == setups
    with closing(resume_session(tmp_path / "one")) as again:
        assert again.setups == setups
    ((glance,), _) = recent_runs(tmp_path)
    assert glance.name == "Ring, changed at step 3, seed 0"


def test_a_figure_of_a_changed_run_names_the_parameters_of_its_step(command, tmp_path):
    with closing(kept_session("gauss", tmp_path / "run", jitter=0.1, steps=20, batch=32)) as made:
        for _ in range(3):
            made.step()
        made.change(scale=3.0)
        while not made.finished:
            made.step()
    scales = {}
    for name, options in (("first", ("--step", "0")), ("last", ())):
        out = tmp_path / f"{name}.csv"
        assert command("figure", tmp_path / "run", "cloud", *options, "--out", out).code == 0
        lines = dict(line[2:].split(": ", 1) for line in out.read_text().splitlines() if line.startswith("# "))
        scales[name] = json.loads(lines["config"])["scale"], json.loads(lines.get("changes", "[]"))
    assert scales == {"first": (1.0, []), "last": (3.0, [{"step": 3, "set": {"scale": 3.0}}])}
