"""What all tests share: a home of their own, one thread, the command line in-process, untouched global generators."""

from __future__ import annotations

import contextlib
import os
import random
import tempfile
from collections.abc import Callable, Iterator
from typing import NamedTuple

# Before Qt, as in the application: on Windows torch's libraries cannot be loaded once Qt's are.
import numpy as np
import pytest
import torch
from pages import FIXTURES

import models
from models.flows import timing

torch.set_num_threads(1)


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Declares the settings of plugins that are missing: tests on a GPU run with torch and pytest alone."""
    settings = {"pytest-qt": ("qt_api", "qt_log_level_fail", "qt_log_ignore"), "timeout": ("timeout",)}
    for plugin, names in settings.items():
        if not pluginmanager.hasplugin(plugin):
            for name in names:
                parser.addini(name, f"of {plugin}, which is not installed")


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes are named, not shown: what was packed holds the time, and parallel workers have to agree on the ids."""
    return argname if isinstance(val, (bytes, bytearray)) else None


@pytest.fixture(scope="session", autouse=True)
def home() -> Iterator[str]:
    """A home for runs and caches that is gone afterwards; no mirror, so nothing is fetched from one by chance."""
    with tempfile.TemporaryDirectory(prefix="dgm-explorer-test-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DGM_EXPLORER_HOME", folder)
        patch.delenv("DGM_EXPLORER_MIRROR", raising=False)
        yield folder


@pytest.fixture(autouse=True)
def _seeds() -> None:
    """The same initial weights and draws for a test, whichever tests ran before it."""
    torch.manual_seed(0)
    np.random.seed(0)
    random.seed(0)


@pytest.fixture(autouse=True)
def _denormals() -> Iterator[None]:
    """A session flushes denormal numbers in its thread, here that of the tests, where Hypothesis misses them."""
    yield
    torch.set_flush_denormal(False)


@pytest.fixture(scope="session", autouse=True)
def _short_measurements() -> Iterator[None]:
    """Two rounds of each sweep of times: tests look at what is drawn, not at how long a computation takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timing, "_ROUNDS", 2)
        yield


@pytest.fixture
def quick_labs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Labs that train much train and draw little: for tests of all labs alike."""
    monkeypatch.setattr("models.gan.non_overlap.critic.MOST", 100)
    monkeypatch.setattr("models.gan.non_overlap.overlap_views._CRITIC_STEPS", 20)
    monkeypatch.setattr("models.gan.non_overlap.dimension_views._BATCHES", 1)
    monkeypatch.setattr("models.inference.ratio_posterior.estimate_views._TARGETS", 1)
    monkeypatch.setattr("models.inference.ratio_posterior.estimate_views._NUMBERS", (100,))


@pytest.fixture
def fixture_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages of `pages.py` in the catalogue, as one family."""
    monkeypatch.setattr(models, "FAMILIES", (*models.FAMILIES, FIXTURES))


def _states() -> list[object]:
    numpy_state = np.random.get_state(legacy=False)
    return [
        torch.get_rng_state().tolist(),
        numpy_state["state"]["key"].tolist(),
        numpy_state["state"]["pos"],
        random.getstate(),
    ]


@pytest.fixture
def untouched_generators() -> Callable[[], contextlib.AbstractContextManager[None]]:
    """A context in which a draw from a global generator of torch, NumPy or Python is an error."""

    @contextlib.contextmanager
    def watch() -> Iterator[None]:
        before = _states()
        yield
        touched = [
            name
            for name, old, new in zip(("torch", "numpy", "numpy", "random"), before, _states(), strict=True)
            if old != new
        ]
        assert not touched, f"the global generator of {touched[0]} was drawn from"

    return watch


class Done(NamedTuple):
    """What a command left: exit status, standard output and standard error."""

    code: int
    out: str
    err: str


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], fixture_pages: None) -> Callable[..., Done]:
    """Runs the command line in this process, the fixture pages being in the catalogue."""
    from explorer.cli import main

    def run(*arguments: object) -> Done:
        capsys.readouterr()
        try:
            code = main([os.fspath(a) if isinstance(a, os.PathLike) else str(a) for a in arguments])
        except SystemExit as error:  # how argparse ends after --help
            code = int(error.code or 0)
        return Done(code, *capsys.readouterr())

    return run
