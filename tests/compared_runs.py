"""Small runs of one page that differ in known ways, for tests that compare them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pages import FIXTURES, SMALL, kept_session

import models

__all__ = ["make_runs", "trained"]


def trained(
    page: str,
    folder: Path,
    *,
    stop: int | None = None,
    change: tuple[int, Mapping[str, Any]] | None = None,
    data: str = SMALL,
    seed: int = 0,
    **values: Any,
) -> Path:
    """Trains a run to its end or to a step, with live values changed after a step."""
    session = kept_session(page, folder, data=data, seed=seed, **values)
    while not session.finished and session.step_count != stop:
        session.step()
        if change is not None and session.step_count == change[0]:
            session.change(**change[1])
    session.stop()
    session.close()
    return folder


def make_runs(folder: Path) -> None:
    """Two Gaussians, the second of another scale, seed and length, and a game, each in a folder of its name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models, "FAMILIES", (*models.FAMILIES, FIXTURES))
        trained("gauss", folder / "first", steps=8)
        trained("gauss", folder / "second", steps=30, stop=12, seed=3, scale=2.0, change=(5, {"scale": 4.0}))
        trained("tiny-gan", folder / "game", steps=6)
