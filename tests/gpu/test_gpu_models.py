"""Every model on a GPU: training, resuming, failures, views and samples."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from catalogue import MODELS, small_data, small_session
from pages import FIXTURES, tensors_of

from explorer.engine import Diverged, OutOfMemory, Session, SessionViews, Setup, new_session, resume_session
from models.frames import Frame

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU"),
]

TRAINED = [name for name in MODELS if name not in FIXTURES.pages]
SIMULATED = [("avb", "parabola"), ("avb", "four-points"), ("implicit", "regression"), ("implicit", "lotka-volterra")]


def run(made: Session, rounds: int) -> Session:
    for _ in range(rounds):
        made.step()
    made.flush()
    return made


def kept(name: str, folder: Path) -> Session:
    values = {"batch": 16, "steps": 50}
    setup = Setup.of(name, data=small_data(name), values=values, seed=2, device="cuda")
    return new_session(setup, folder=folder, record=False)


@pytest.mark.parametrize("name", TRAINED)
def test_a_model_trains_and_resumes_to_the_same_numbers(name, tmp_path):
    whole = kept(name, tmp_path / "whole")
    if whole.fitted:
        pytest.skip("it is fitted, not trained")
    run(whole, 50)
    assert all(math.isfinite(value) for value in whole.journal.history.last().values())
    half = run(kept(name, tmp_path / "half"), 20)
    half.stop()
    half.close()
    resumed = resume_session(tmp_path / "half")
    assert resumed.placement.device.type == "cuda"
    run(resumed, 30)
    mine, theirs = tensors_of(whole), tensors_of(resumed)
    assert mine.keys() == theirs.keys()
    assert [path for path in mine if not torch.equal(mine[path], theirs[path])] == []
    for made in (whole, resumed):
        made.close()


@pytest.mark.parametrize(("name", "data"), [*((name, None) for name in TRAINED), *SIMULATED])
def test_its_views_and_samples_work(name, data):
    made = small_session(name, data=data, device="cuda")
    if not made.fitted:
        run(made, 5)
    rng = torch.Generator("cuda").manual_seed(0)
    x = made.display_model().sample(2, rng=rng)
    assert x.device.type == "cuda"
    assert torch.isfinite(x.float()).all()
    views = SessionViews(made)
    for name, view in views.viewer.views.items():
        if view.applies(type(made.model), made.setup.config, made.model.spec):
            assert isinstance(views.frame(name), Frame)


@pytest.mark.parametrize("graphs", [False, True])
@pytest.mark.parametrize("name", ["vae", "gan", "real-nvp"])
def test_numbers_that_are_not_finite_stop_the_run_and_leave_the_weights(name, graphs):
    made = run(small_session(name, graphs=graphs, device="cuda"), 8)
    with torch.no_grad():
        next(made.model.parameters()).view(-1)[0] = float("nan")
    before = {path: tensor for path, tensor in tensors_of(made).items() if path.startswith("optimiser/")}
    made.step()
    with pytest.raises(Diverged, match="step 9"):
        made.flush()
    assert made.status == "diverged"
    after = tensors_of(made)
    assert all(torch.equal(tensor, after[path]) for path, tensor in before.items())


def test_too_large_a_batch_is_told_with_one_that_fits_and_another_session_goes_on():
    values = {"network": "convolutional", "channels": 64, "batch": 65_536}
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction(min(1.0, 2 * 2**30 / total))  # 2 GiB, so that a small batch meets it
    try:
        made = small_session("vae", device="cuda", **values)
        with pytest.raises(OutOfMemory) as told:
            run(made, 1)
        assert made.status == "out of memory"
        fits = told.value.fits
        assert fits is not None
        assert 1 < fits < 65_536
        del made, told  # the traceback holds the session
        torch.cuda.empty_cache()
        run(small_session("vae", device="cuda", **{**values, "batch": fits}), 2)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)


@pytest.mark.parametrize("name", ["vae", "gan", "pixel-cnn", "real-nvp"])
def test_micro_batches_are_replayed_with_noise_of_their_own(name):
    eager, captured = (
        run(small_session(name, graphs=graphs, micro_batches=2, device="cuda"), 20) for graphs in (False, True)
    )
    assert captured.trainer.graphs.replays == 17
    mine, theirs = tensors_of(eager), tensors_of(captured)
    assert [path for path in mine if not torch.equal(mine[path], theirs[path])] == []


@pytest.mark.parametrize("name", ["vae", "gan", "real-nvp"])
def test_a_run_moves_to_the_cpu_and_back(name, tmp_path):
    first = run(kept(name, tmp_path / "run"), 10)
    first.stop()
    first.close()
    for device, steps in (("cpu", 5), ("cuda", 5)):
        before = tensors_of(first)
        moved = resume_session(tmp_path / "run", device=device)
        after = tensors_of(moved)
        assert all(torch.equal(value.cpu(), after[path].cpu()) for path, value in before.items() if path != "rng")
        first = run(moved, steps)
        first.stop()
        first.close()
    assert [change["device"] for change in first.run.changes()] == ["cpu", "cuda"]
    assert first.step_count == 20
