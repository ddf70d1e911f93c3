"""Two runs of a page compared without a window: settings, curves, last values, views."""

from __future__ import annotations

import dataclasses
import json
import shutil

import numpy as np
import pytest
from compared_runs import make_runs, trained
from pages import SMALL, Gauss, TinyGAN, kept_session

from explorer.data.drawn import save_drawing
from explorer.engine import BadInput, Run, RunError, load_run
from explorer.engine.compare import Pictures, captioned, compared_curves, differences, last_values, read_pair
from explorer.engine.runs.curves import run_curves
from explorer.engine.training import training_class
from models.protocol import Metric, params_of

pytestmark = pytest.mark.usefixtures("fixture_pages")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with the runs of `make_runs`, not to be changed."""
    folder = tmp_path_factory.mktemp("runs")
    make_runs(folder)
    return folder


@pytest.fixture
def runs(made, tmp_path):
    """A copy of it."""
    return shutil.copytree(made, tmp_path / "runs")


@pytest.fixture
def pair(made):
    return read_pair(made / "first", made / "second")


def rows(pair):
    return {row.name: (row.first, row.second) for row in differences(pair).rows}


def frames(pictures, place, name, **params):
    (view,) = (view for view in pictures.views() if view.name == name)
    return list(pictures.frames(place, view, params))


# Settings


def test_what_differs_is_named_as_in_the_window_and_the_rest_is_counted(pair):
    assert rows(pair) == {
        "Scale s": ("1", "2"),
        "Steps": ("8", "30"),
        "Seed": ("0", "3"),
        "Steps done": ("8", "12"),
        "Scale s, changed": ("–", "4 after step 5"),
    }
    declared = [*params_of(Gauss.Config).values(), *params_of(training_class(Gauss)).values()]
    data = 1 + 3  # the dataset and its parameters
    assert differences(pair).equal == len(declared) + data + 2 - 3  # seed and device; scale, steps and seed differ


def test_the_same_run_twice_differs_in_nothing(made):
    pair = read_pair(made / "first", made / "first")
    assert pair.is_same
    assert differences(pair).rows == ()


def test_parameters_of_one_dataset_are_rows_and_two_datasets_are_one_row(tmp_path):
    ring, wide, moons = (
        trained("gauss", tmp_path / name, data=data, steps=1, batch=32, jitter=0.1)
        for name, data in (("ring", SMALL), ("wide", "ring8:n=1000,std=0.3"), ("moons", "moons:n=1000"))
    )
    assert rows(read_pair(ring, wide)) == {"Dataset: Standard deviation": ("0.2", "0.3")}
    assert rows(read_pair(ring, moons)) == {"Dataset": ("Ring of 8 Gaussians, n 1000", "Two moons, n 1000")}
    equal = differences(read_pair(ring, wide)).equal
    assert differences(read_pair(ring, moons)).equal == equal - 3  # its name, n and radius


def test_a_parameter_without_effect_says_so_or_is_left_out(tmp_path):
    adam = trained("gauss", tmp_path / "adam", steps=1)
    plain = trained("gauss", tmp_path / "plain", steps=1, optimiser="sgd", beta2=0.9)
    other = trained("gauss", tmp_path / "other", steps=1, optimiser="sgd", beta2=0.5)
    assert rows(read_pair(adam, plain)) == {
        "Optimiser": ("Adam", "SGD"),
        "Momentum β₂": ("0.999", "no effect"),
    }
    assert rows(read_pair(plain, other)) == {}
    assert differences(read_pair(plain, other)).equal == differences(read_pair(adam, adam)).equal - 1


def test_values_that_differ_in_a_late_digit_are_told_apart(runs):
    for name, value in (("first", 0.1), ("second", 0.10000001)):
        stored = json.loads((runs / name / "config.json").read_text())
        stored["config"]["jitter"] = value
        (runs / name / "config.json").write_text(json.dumps(stored))
    assert rows(read_pair(runs / "first", runs / "second"))["Noise on the data"] == ("0.1", "0.10000001")


def test_several_changes_and_updates_of_one_player_alone_are_summed_up(made, tmp_path):
    session = kept_session("tiny-gan", tmp_path / "alone", steps=6)
    for rate in (0.01, 0.02):
        session.change(lr_d=rate)
        session.step_player("generator")
    session.stop()
    session.close()
    told = rows(read_pair(made / "game", tmp_path / "alone"))
    assert told["Learning rate of D, changed"] == ("–", "0.02 after step 1, 2 changes")
    assert told["Updates of the generator alone"] == ("–", "2")


def test_data_of_one_name_and_other_content_are_told(tmp_path):
    folders = []
    for number, shift in enumerate((0.0, 1.0)):
        save_drawing("compared", np.random.default_rng(0).normal(size=(200, 2)) + shift)
        folders.append(trained("gauss", tmp_path / str(number), data="drawn:file=compared", steps=1))
    (name, digests), *others = rows(read_pair(*folders)).items()
    assert name == "Content of the data"
    assert len(set(digests)) == 2
    assert not others


def test_runs_of_two_pages_are_refused(made):
    with pytest.raises(
        BadInput, match=r"first is a run of gauss and .*game one of tiny-gan; give two runs of the same"
    ):
        read_pair(made / "first", made / "game")


# Curves


def test_each_metric_of_both_runs_is_in_a_pane_of_its_own(pair, made):
    frame = compared_curves(pair)
    panes = {}
    for series in frame.series:
        panes.setdefault(series.pane, []).append((series.label, series.key))
    assert panes == {
        "Log-likelihood, nats": [("A", "A.log_likelihood"), ("B", "B.log_likelihood")],
        "Log-likelihood, held out, nats": [("A", "A.held_out.log_likelihood"), ("B", "B.held_out.log_likelihood")],
        "log 2, nats": [("A", "A.log_two"), ("B", "B.log_two")],
        "Modes": [("A", "A.held_out.modes"), ("B", "B.held_out.modes")],
        "High quality, %": [("A", "A.held_out.high_quality_percent"), ("B", "B.held_out.high_quality_percent")],
        "Precision": [("A", "A.held_out.precision"), ("B", "B.held_out.precision")],
        "Recall": [("A", "A.held_out.recall"), ("B", "B.held_out.recall")],
    }
    series = {each.key: each for each in frame.series}
    lines = [line for line in Run(made / "second").metrics() if "held_out" not in line]
    assert series["B.log_likelihood"].y.tolist() == [line["log_likelihood"] for line in lines]
    assert series["B.log_likelihood"].x.tolist() == [*range(1, 13)]
    assert {each.label: each.dotted for each in frame.series} == {"A": False, "B": True}
    assert len({each.role for each in frame.series}) == 2
    assert all(each.role == series["A.log_two"].role for each in frame.series if each.label == "A")


def test_a_reference_that_is_equal_is_one_line_and_another_is_one_of_each_run(made, monkeypatch):
    (value, *others) = TinyGAN.metrics
    pair = read_pair(made / "game", made / "game")
    (line,) = (series for series in compared_curves(pair).series if series.dashed)
    assert (line.label, line.pane, line.y.tolist()) == ("equilibrium", "V(D, G), nats", [-2 * np.log(2)] * 2)
    moved = dataclasses.replace(value, equilibrium=lambda config: float(config.hidden))
    monkeypatch.setattr(TinyGAN, "metrics", (moved, *others))
    wider = dataclasses.replace(pair.second.setup, config=TinyGAN.Config(hidden=20))
    changed = dataclasses.replace(pair, second=dataclasses.replace(pair.second, setup=wider))
    lines = [series for series in compared_curves(changed).series if series.dashed]
    assert [(line.label, line.y[0]) for line in lines] == [("A, equilibrium", 16.0), ("B, equilibrium", 20.0)]
    assert not any(line.dotted for line in lines)


def test_a_metric_that_one_run_lacks_is_drawn_for_the_other(runs):
    path = runs / "second" / "metrics.jsonl"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if "held_out" not in line))
    panes = [series.pane for series in compared_curves(read_pair(runs / "first", runs / "second")).series]
    assert panes.count("Modes") == 1
    assert panes.count("log 2, nats") == 2


def test_the_curves_of_a_stored_run_are_those_of_its_config_after_live_changes(made, monkeypatch):
    metric = Metric("log_likelihood", "Log-likelihood", "nats", equilibrium=lambda config: config.scale)
    monkeypatch.setattr(Gauss, "metrics", (metric,))
    levels = [
        next(series for series in run_curves(Run(made / name)).series if series.dashed).y[0]
        for name in ("first", "second")
    ]
    assert levels == [1.0, 4.0]


def test_a_figure_outside_of_the_window_says_which_run_is_which(pair):
    assert captioned(compared_curves(pair), pair).subtitle == (
        "A: Ring, seed 0, step 8; B: Ring with scale s 2, seed 3, step 12"
    )


def test_last_values_are_those_of_the_metrics_of_the_page(pair, made):
    values = {each.name: (each.first, each.second) for each in last_values(pair)}
    newest = [
        [line for line in Run(made / name).metrics() if "held_out" not in line][-1] for name in ("first", "second")
    ]
    assert list(values) == [
        "Log-likelihood, nats",
        "Log-likelihood, held out, nats",
        "log 2, nats",
        "log 2, held out, nats",
        "Modes",
        "High quality, %",
        "Precision",
        "Recall",
    ]
    assert values["Log-likelihood, nats"] == tuple(line["log_likelihood"] for line in newest)


# Pictures


def test_views_are_those_of_both_configs_the_leading_ones_first(pair, made):
    names = [view.name for view in Pictures(pair).views()]
    assert names[0] == "cloud"
    assert sorted(names) == ["broken", "cloud", "density", "score"]  # not "hidden", which needs scale 1
    same = read_pair(made / "first", made / "first")
    assert "hidden" in [view.name for view in Pictures(same).views()]


def test_both_runs_are_shown_the_same_data_noise_and_parameters(runs):
    shutil.copytree(runs / "first", runs / "copy")
    stored = json.loads((runs / "copy" / "config.json").read_text())
    (runs / "copy" / "config.json").write_text(json.dumps({**stored, "seed": 7}))
    pictures = Pictures(read_pair(runs / "first", runs / "copy"))
    (one,), (other,) = (frames(pictures, place, "cloud", count=5) for place in (0, 1))
    for first, second in zip(one.layers, other.layers, strict=True):
        np.testing.assert_array_equal(first.xy, second.xy)
    assert len(one.layers[1].xy) == 5
    assert pictures.sides[1].viewer.data is pictures.sides[0].viewer.data  # what is drawn of them is drawn once


def test_views_are_of_the_newest_checkpoint(pair, made):
    pictures = Pictures(pair)
    assert [side.step for side in pictures.sides] == [8, 12]
    (frame,) = frames(pictures, 1, "density")
    expected = Gauss.density(load_run(made / "second").model, None)
    np.testing.assert_array_equal(frame.layers[0].values, expected.layers[0].values)
    (view,) = (view for view in pictures.views() if view.name == "density")
    identity = pictures.sides[1].identity(view, {"count": 3})
    assert (identity["run"], identity["step"], identity["set"]) == ("second", 12, {"count": 3})


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("data", "unknown dataset"),
        ("checkpoint", "is damaged"),
        ("no checkpoint", "has no checkpoint"),
        ("content", "differs from the data"),
    ],
)
def test_a_run_without_data_or_weights_is_compared_without_its_pictures(damage, said, runs):
    second = runs / "second"
    stored = json.loads((second / "config.json").read_text())
    checkpoints = sorted((second / "checkpoints").glob("step-*"))
    if damage == "data":
        (second / "config.json").write_text(json.dumps({**stored, "data": "gone:file=x"}))
    elif damage == "content":
        (second / "config.json").write_text(json.dumps({**stored, "data_digest": "0" * 64}))
    elif damage == "checkpoint":
        checkpoints[-1].write_bytes(checkpoints[-1].read_bytes()[:100])
    else:
        for path in checkpoints:
            path.unlink()
    pair = read_pair(runs / "first", second)
    assert rows(pair)["Scale s"] == ("1", "2")
    assert {series.label for series in compared_curves(pair).series} == {"A", "B"}
    pictures = Pictures(pair)
    assert said in pictures.sides[1].problem
    assert (pictures.sides[0].problem, pictures.sides[1].step) == ("", None)
    assert frames(pictures, 0, "cloud")
    with pytest.raises(BadInput, match=said):
        frames(pictures, 1, "cloud")


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("config.json", "{"),
        ("metrics.jsonl", '{"step": 1\n{"step": 2}\n'),
        ("changes.jsonl", '{"step": 1, "set": 3}\n'),
    ],
)
def test_a_damaged_run_is_refused_by_its_file(file, content, runs):
    (runs / "second" / file).write_text(content)
    with pytest.raises(RunError, match=file):
        read_pair(runs / "first", runs / "second")


def test_a_run_in_training_is_compared_as_far_as_it_is_on_disk(made, tmp_path):
    session = kept_session("gauss", tmp_path / "live", steps=1000)
    for _ in range(5):
        session.step()
    session.save()
    for _ in range(3):
        session.step()
    session.flush()
    with open(tmp_path / "live" / "metrics.jsonl", "a", encoding="utf-8") as file:
        file.write('{"step": 6, "log_likel')  # as a reader may find it
    pair = read_pair(made / "first", tmp_path / "live")
    assert pair.second.step == 5
    assert Pictures(pair).sides[1].step == 5
    assert rows(pair)["Steps done"] == ("8", "5")
    session.close()


def test_a_run_that_has_not_begun_has_settings_alone(made, tmp_path):
    kept_session("gauss", tmp_path / "new", steps=8).close()
    pair = read_pair(tmp_path / "new", tmp_path / "new")
    assert (pair.first.step, compared_curves(pair).series, last_values(pair)) == (0, (), [])
    assert "has no checkpoint" in Pictures(pair).sides[0].problem
