"""Every model of the catalogue, and the fixture models, in sessions on few data."""

from __future__ import annotations

import pytest
from pages import FIXTURES

import models
from explorer.data import SOURCES
from explorer.engine import Session, Setup, open_data
from models.protocol import GenerativeModel, accepted

__all__ = ["MODELS", "PAGES", "small_data", "small_session"]

PAGES = {name: page for family in (*models.FAMILIES, FIXTURES) for name, page in family.pages.items()}
MODELS = sorted(
    name for name, page in PAGES.items() if issubclass(page, GenerativeModel) and name not in ("exploding", "hungry")
)
# Small, embedded, and with everything a metric may need: classes, centres of modes.
CANDIDATES = (
    "ring8:n=1000", "digits", "digits-binary", "sprites", "sprites-colour", "tones:n=50", "gaussian6:n=1000",
    "g-and-k:n=1000",
)  # fmt: skip


def small_data(name: str) -> str:
    """Embedded data that a page takes."""
    for data in CANDIDATES:
        if accepted(SOURCES[data.split(":")[0]].kind, PAGES[name].accepts):
            return data
    pytest.skip(f"{name} takes no embedded data")


def small_session(name: str, *, data: str | None = None, seed: int = 0, device: str = "cpu", **values) -> Session:
    """A session of a page with few data, that keeps nothing."""
    values = {"batch": 16, "steps": 100} | values
    setup = Setup.of(name, data=data or small_data(name), values=values, seed=seed, device=device)
    return Session(setup, open_data(setup.data), record=False)
