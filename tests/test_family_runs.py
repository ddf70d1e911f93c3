"""The runs of the other pages of a family, as views get them to compare models."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from explorer.engine import new_session
from explorer.engine.files import runs_folder
from explorer.engine.setup import Setup
from explorer.engine.views.family_runs import family_runs
from models import find_page
from models.protocol import FamilyRuns, Lab

CPU = torch.device("cpu")


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(tmp_path))
    return runs_folder()


def _train(folder: Path, page: str, data: str = "digits", *, steps: int = 1, seed: int = 0) -> torch.Tensor:
    """A short run in a folder; returns some weights at its end."""
    setup = Setup.of(page, data=data, values={"batch": 4, "steps": steps, "hidden": 8}, seed=seed, device="cpu")
    session = new_session(setup, folder=folder, record=False)
    while not session.finished:
        session.step()
    session.close()
    return next(session.model.parameters()).detach().clone()


def _runs_for(page: str) -> FamilyRuns:
    found = find_page(page)
    assert not issubclass(found, Lab)
    setup = Setup.of(page, data="digits", values={}, seed=0, device="cpu")
    session = new_session(setup, keep=False, record=False)
    return family_runs(found, session.data.spec, CPU)


def test_without_runs_there_is_none(home) -> None:
    assert _runs_for("vae") == FamilyRuns()


def test_the_newest_run_of_each_other_page_on_the_same_data_is_taken(home) -> None:
    _train(home / "20260101-a", "vae-per-datapoint")
    weights = _train(home / "20260102-b", "vae-per-datapoint", steps=2, seed=1)
    _train(home / "20260103-c", "vae-per-datapoint", "digits-binary")
    _train(home / "20260104-d", "vae")
    (found,) = _runs_for("vae").models
    assert (found.run, found.steps, found.title) == ("20260102-b", 2, find_page("vae-per-datapoint").title)
    model = found.load()
    assert torch.equal(next(model.parameters()), weights)
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())
    assert found.load() is model
    assert [each.run for each in _runs_for("vae-per-datapoint").models] == ["20260104-d"]


def test_a_run_without_a_round_is_no_trained_model(home) -> None:
    setup = Setup.of("vae-per-datapoint", data="digits", values={"hidden": 8}, seed=0, device="cpu")
    session = new_session(setup, folder=home / "20260101-a", record=False)
    session.begin()
    session.close()
    assert _runs_for("vae").models == ()


def test_a_damaged_run_is_passed_over_or_says_what_is_wrong(home) -> None:
    _train(home / "20260101-a", "vae-per-datapoint")
    _train(home / "20260102-b", "vae-per-datapoint")
    (home / "20260102-b" / "config.json").write_text("{", encoding="utf-8")
    (found,) = _runs_for("vae").models
    assert found.run == "20260101-a"
    for path in (home / "20260101-a" / "checkpoints").glob("step-*"):
        path.write_bytes(b"nothing")
    (found,) = _runs_for("vae").models
    with pytest.raises(ValueError, match="20260101-a cannot be read"):
        found.load()


def test_a_fitted_model_needs_no_round(home) -> None:
    setup = Setup.of("tabular", data="digits-binary", values={"context": 2}, seed=0, device="cpu")
    fitted = new_session(setup, folder=home / "20260101-a", record=False)
    fitted.begin()
    fitted.close()
    other = Setup.of("pixel-cnn", data="digits-binary", values={"channels": 2, "layers": 1}, seed=0, device="cpu")
    session = new_session(other, keep=False, record=False)
    (found,) = family_runs(find_page("pixel-cnn"), session.data.spec, CPU).models
    x = session.data.batch("test", 0, 5).x
    assert found.steps == 0
    assert torch.equal(found.load().log_prob(x), fitted.model.log_prob(x))
