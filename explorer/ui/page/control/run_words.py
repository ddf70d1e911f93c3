"""What the status bar says of a run: where it was opened, and what it trains on."""

from __future__ import annotations

from explorer.engine import Session
from explorer.ui.numbers import count
from explorer.ui.page.state.shown import Shown

__all__ = ["opened_sentence", "training_sentence"]


def opened_sentence(session: Session) -> str:
    """Says of a run that was opened where it stands, and how it goes on."""
    if not session.step_count:
        return "Opened"
    further = "Train on goes beyond its end" if session.finished else "Train goes on from there"
    return f"Opened at step {count(session.step_count)}; {further}"


def training_sentence(shown: Shown) -> str:
    """Names the data; after the end of a schedule, says that the learning rate stays small."""
    setup = shown.setup
    if setup is None:
        return "Training"
    if setup.training.schedule != "constant" and shown.snapshot.progress >= 1.0:
        return "Training at the end of the schedule, where the learning rate is small; a constant one is larger"
    return f"Training on {setup.data}"
