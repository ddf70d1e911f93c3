"""What the status bar says of a run: where it was opened, what it trains on, and where it is kept."""

from __future__ import annotations

from explorer.data import FileSource, source
from explorer.engine import Session
from explorer.ui.numbers import count
from explorer.ui.page.state.shown import Shown

__all__ = ["done_sentence", "opened_sentence", "read_sentence", "training_sentence", "watched_sentence"]


def done_sentence(shown: Shown) -> str:
    """Says of a run that is done where it is kept."""
    done = f"Fitted by {shown.fitted}" if shown.fitted else "Done"
    return f"{done}. The run is kept in {shown.folder}" if shown.folder else done


def opened_sentence(session: Session) -> str:
    """Says of a run that was opened where it stands, and how it goes on."""
    if session.fitted:
        return f"Opened; fitted by {session.fitted}"
    notice = f"; {session.notice}" if session.notice else ""
    if not session.step_count:
        return f"Opened{notice}"
    further = "Train on goes beyond its end" if session.finished else "Train goes on from there"
    return f"Opened at step {count(session.step_count)}; {further}{notice}"


def watched_sentence(shown: Shown) -> str:
    """Says of a run that is looked at why it cannot be trained."""
    return f"This run can be looked at, not trained: {shown.obstacle}"


def read_sentence(session: Session) -> str:
    """Says of a file of the user what was read, and what was left out; "" of other data and of drawings."""
    data, found = session.data.data, source(session.setup.data)
    is_file = isinstance(found, FileSource) and found.is_path()
    return f"{data.title}: {data.content}" if is_file else ""


def training_sentence(shown: Shown) -> str:
    """Names the data; after the end of a schedule, says that the learning rate stays small."""
    setup = shown.setup
    if setup is None:
        return "Training"
    if setup.training.schedule != "constant" and shown.snapshot.progress >= 1.0:
        return "Training at the end of the schedule, where the learning rate is small; a constant one is larger"
    return f"Training on {setup.data}"
