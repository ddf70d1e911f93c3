"""Every page of the catalogue, and the fixture pages, keep what the protocol promises."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from catalogue import MODELS, PAGES, small_data, small_session
from minus_signs import hyphens
from pages import tensors_of

import models
from explorer.engine import BadInput, Request, Session, Setup, Viewer, open_data, training_class
from explorer.engine.lab import open_lab
from explorer.engine.runs.checkpoint import read_checkpoint, write_checkpoint
from explorer.engine.session.state import from_checkpoint, to_checkpoint
from models.frames import FRAMES, Bars, Curves, Frame, arrays_of
from models.protocol import BadValue, GenerativeModel, Image, Lab, Waveform, build, params_of, views_of

LABS = sorted(name for name, page in PAGES.items() if issubclass(page, Lab))
QUICK = {"choosing-d": {"steps": 20}, "non-overlap": {"steps": 40}, "ratio-posterior": {"steps": 40}}  # they fit models

pytestmark = pytest.mark.usefixtures("fixture_pages", "quick_labs")


def advance(session: Session, rounds: int) -> None:
    """Trains for some rounds; a fitted model is done at once."""
    if rounds and session.fitted:
        session.begin()
        return
    for _ in range(rounds):
        session.step()


def trained(name: str, rounds: int, *, seed: int = 0) -> Session:
    made = small_session(name, seed=seed)
    advance(made, rounds)
    return made


def show(viewer: Viewer, name: str, page=None) -> list[Frame]:
    return list(viewer.frames(Request(name), page))


@pytest.mark.parametrize("name", MODELS)
def test_every_parameter_moves(name):
    session = small_session(name)
    learned = {key: value for key, value in session.model.named_parameters() if value.requires_grad}
    assert bool(learned) != bool(session.fitted)
    before = {key: value.detach().clone() for key, value in learned.items()}
    advance(session, 3)  # where a last layer begins at zero, those before it have no gradient in the first round
    still = [
        key for key, value in session.model.named_parameters() if key in before and torch.equal(value, before[key])
    ]
    assert still == []


@pytest.mark.parametrize("name", MODELS)
def test_declared_metrics_are_there_and_finite(name):
    session = trained(name, 2)
    values = session.journal.history.last()
    assert all(math.isfinite(value) for value in values.values())
    followed = [m for m in PAGES[name].metrics if m.followed(session.setup.config)]
    wanted = {m.key if m.source == "train" else f"held_out.{m.key}" for m in followed}
    assert wanted - set(values) == set()
    assert {m.source for m in PAGES[name].metrics} <= {"train", "valid", "samples"}
    validation = PAGES[name].validation
    assert validation is None or f"held_out.{validation}" in values


@pytest.mark.parametrize("name", MODELS)
def test_terms_of_the_objective_add_up_to_its_total(name):
    session = trained(name, 2)
    values = session.journal.history.last()
    for objective in PAGES[name].objective_of(session.setup.config).forms:
        terms = [term.value(values[term.metric], session.setup.config) for term in objective.terms]
        total = objective.total.value(values[objective.total.metric], session.setup.config)
        assert sum(terms) == pytest.approx(total, rel=1e-4, abs=1e-5 * max(map(abs, terms)))


@pytest.mark.parametrize("name", MODELS)
def test_samples_have_the_shape_and_range_of_data(name):
    session = trained(name, 1)
    kind = session.data.spec.kind
    with torch.no_grad():
        x = session.model.eval().sample(7, rng=torch.Generator().manual_seed(3))
        again = session.model.sample(7, rng=torch.Generator().manual_seed(3))
        other = session.model.sample(7, rng=torch.Generator().manual_seed(4))
    assert x.shape == (7, *kind.shape)
    assert torch.isfinite(x).all()
    assert torch.equal(x, again)
    assert not torch.equal(x, other)
    if isinstance(kind, (Image, Waveform)):
        assert x.max() <= 1
        assert x.min() >= (0 if isinstance(kind, Image) else -1)


@pytest.mark.parametrize("name", MODELS)
def test_shown_views_give_the_declared_frame_and_draw_from_no_global_generator(name, untouched_generators):
    session = small_session(name)
    with untouched_generators():
        advance(session, 2)
        with torch.no_grad():
            session.model.sample(3, rng=torch.Generator())
        shown = {
            key: show(Viewer(session.model, session.data), key)
            for key, view in Viewer(session.model, session.data).views.items()
            if view.applies(type(session.model), session.setup.config, session.model.spec)
        }
    for key, frames in shown.items():
        view = views_of(type(session.model))[key]
        begun = Viewer(session.model, session.data).frames(Request(key), None)
        next(begun)
        begun.close()
        assert torch.is_grad_enabled(), f"{key} leaves gradients off where it is interrupted"
        assert frames, key
        check_frames(frames, view.frame, key)
        assert hyphens(frames[-1]) == [], key
        assert len(frames) == 1 or view.streams


@pytest.mark.parametrize("name", LABS)
def test_views_of_labs_give_the_declared_frame(name):
    page = PAGES[name]
    config = build(page.Config, QUICK.get(name, {}))
    opened = open_lab(page, config)
    assert opened.viewer.views
    for key, view in opened.viewer.views.items():
        if view.applies(page, config, opened.spec):
            check_frames(show(opened.viewer, key), view.frame, key)


def check_frames(frames: list[Frame], declared: type[Frame], key: str) -> None:
    for frame in frames:
        check_frame(frame, declared, key, is_last=frame is frames[-1])


def check_frame(frame: Frame, declared: type[Frame], key: str, *, is_last: bool) -> None:
    assert isinstance(frame, declared), key
    assert declared in FRAMES
    for path, array in arrays_of(frame).items():
        assert isinstance(array, np.ndarray)
        if isinstance(frame, Bars) and frame.pending:
            continue  # values that are still computed
        cut = isinstance(frame, Curves) and path.endswith(".y")  # a curve may begin and end where it leaves the picture
        undrawn = path.endswith("images") and not np.isinf(array).any()  # pixels that are not drawn yet are NaN
        without = isinstance(frame, Bars) and path == "reference"  # NaN for a bar that has none
        finite = np.isfinite(array) | undrawn | (without and np.isnan(array))
        assert finite.all() or (cut and (finite.any() or not is_last)), f"{key}: {path}"


def test_the_watch_over_global_generators_sees_a_draw(untouched_generators):
    for name, draw in (("torch", lambda: torch.rand(1)), ("numpy", lambda: np.random.rand())):
        with pytest.raises(AssertionError, match=name), untouched_generators():
            draw()


@pytest.mark.parametrize("name", MODELS)
def test_a_checkpoint_brings_back_everything(name, tmp_path):
    session = trained(name, 2)
    written = tensors_of(session)
    write_checkpoint(tmp_path / "c.safetensors", to_checkpoint(session.state()))
    other = small_session(name, seed=5)
    other.load(from_checkpoint(read_checkpoint(tmp_path / "c.safetensors"), PAGES[name]))
    loaded = tensors_of(other)
    assert loaded.keys() == written.keys()
    assert [key for key, value in written.items() if not torch.equal(value, loaded[key])] == []
    assert (other.step_count, other.trainer.position) == (0 if session.fitted else 2, session.trainer.position)


@pytest.mark.parametrize("name", MODELS)
def test_a_seed_decides_all_numbers(name):
    one, same, other = (trained(name, 2, seed=seed).journal.history.last() for seed in (0, 0, 1))
    assert one == same
    assert one != other or PAGES[name].fitted(PAGES[name].Config()), "training draws nothing"


@pytest.mark.parametrize("name", MODELS)
def test_noise_dims_is_a_positive_number(name):
    page = PAGES[name]
    setup = Setup.of(name, data=small_data(name))
    dims = page.noise_dims(setup.config, open_data(setup.data).kind)
    assert isinstance(dims, int)
    assert dims > 0


@pytest.mark.parametrize("name", sorted(PAGES))
def test_everything_has_a_label_and_names_do_not_clash(name):
    page = PAGES[name]
    of_config = params_of(page.Config)
    assert len(of_config) == len(dataclasses.fields(page.Config)), "a field without param(...)"
    assert page.title
    views = views_of(page)
    assert len({view.title for view in views.values()}) == len(views)
    everything = [*of_config.values(), *(p for view in views.values() for p in view.params.values())]
    if issubclass(page, GenerativeModel):
        of_training = params_of(training_class(page))
        assert not of_config.keys() & of_training.keys()
        everything += of_training.values()
        assert set(page.rates) <= of_training.keys()
        assert all(metric.label for metric in page.metrics)
        assert len({metric.key for metric in page.metrics}) == len(page.metrics)
        assert not {"step", "time", "held_out", *of_training} & {metric.key for metric in page.metrics}
    for declared in everything:
        assert declared.label, declared.name
        assert declared.check(declared.default) == declared.default


@pytest.mark.parametrize(("name", "title"), [(n, p.title) for n in sorted(PAGES) for p in PAGES[n].presets])
def test_presets_are_valid(name, title):
    page = PAGES[name]
    (preset,) = (preset for preset in page.presets if preset.title == title)
    if issubclass(page, Lab):
        build(page.Config, preset.config)
        return
    setup = Setup.of(name, preset=title)
    assert setup.data.split(":")[0] == preset.data.split(":")[0]
    for key, value in preset.config.items():
        assert getattr(setup.config, key) == value
    for key, value in preset.training.items():
        assert getattr(setup.training, key) == value
    assert preset.device in ("cpu", "cuda")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_what_to_try_next_can_be_tried(name):
    for attempt in PAGES[name].try_next:
        page = PAGES[attempt.page or name]
        assert attempt.preset is None or attempt.preset in {preset.title for preset in page.presets}
        if issubclass(page, Lab):
            build(page.Config, attempt.set)
        else:
            changed = Setup.of(attempt.page or name, preset=attempt.preset, values=attempt.set)
            values = {**dataclasses.asdict(changed.config), **dataclasses.asdict(changed.training)}
            assert {key: values[key] for key in attempt.set} == dict(attempt.set)


SCENED = sorted(name for name, page in PAGES.items() if page.scenes)


@pytest.mark.parametrize("name", SCENED)
def test_every_view_is_in_a_scene_and_every_scene_names_views(name):
    page = PAGES[name]
    views = set(views_of(page)) | ({"curves"} if issubclass(page, GenerativeModel) else set())
    names = [scene.name for scene in page.scenes]
    assert len(set(names)) == len(names)
    for scene in page.scenes:
        assert scene.question.endswith("?")
        assert len(set(scene.views)) == len(scene.views)
        assert 2 <= len(scene.views) <= 5
    assert {view for scene in page.scenes for view in scene.views} == views


@pytest.mark.parametrize("name", sorted(PAGES))
def test_suggestions_name_scenes_of_their_page(name):
    for attempt in PAGES[name].try_next:
        scenes = {scene.name for scene in PAGES[attempt.page or name].scenes}
        assert attempt.scene is None or attempt.scene in scenes


@pytest.mark.parametrize("name", sorted(name for name in PAGES if name in models.vae.FAMILY.pages))
def test_pages_of_the_family_have_scenes(name):
    assert name in SCENED


def test_page_finds_every_page_and_refuses_others():
    for name, page in PAGES.items():
        assert models.find_page(name) is page
    with pytest.raises(BadValue, match=r"there is no page nowhere; there are .*vae.*coin"):
        models.find_page("nowhere")


def test_a_lab_is_not_trained():
    with pytest.raises(BadInput, match="coin is a lab"):
        Setup.of("coin")
