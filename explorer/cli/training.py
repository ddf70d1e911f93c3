"""`train` and `resume`: run a session to its end, or until a signal."""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from explorer.cli.arguments import read_pairs
from explorer.cli.processes import joined
from explorer.cli.progress import Bar, download_progress
from explorer.data import summary_of
from explorer.engine import ExplorerError, Placement, Session, Setup, new_session, resume_session
from explorer.engine.session.rescue import move_session, rescue
from explorer.signals import Ended, exit_status, handled

__all__ = ["resume", "run_to_end", "train"]


class _Stop:
    """Handler of signals: the first asks the session to stop after the round, a second Ctrl-C ends the program at once.

    Args:
        patient: Whether a second Ctrl-C does nothing: `torchrun` sends one after that of the terminal.

    Attributes:
        by: The first signal, or None.
    """

    def __init__(self, patient: bool = False) -> None:
        self.by: Ended | None = None
        self._patient = patient

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        """Notes a signal."""
        if self.by is not None and number == signal.SIGINT and not self._patient:
            raise Ended(number)
        self.by = self.by or Ended(number)


def train(arguments: argparse.Namespace) -> int:
    """Trains a model; see the help of `train`."""
    values: dict[str, Any] = read_pairs(arguments.set)
    values |= _length(arguments)
    setup = Setup.of(
        arguments.page,
        preset=arguments.preset,
        data=arguments.data,
        values=values,
        seed=arguments.seed,
        device=arguments.device,
    )
    folder = Path(arguments.out) if arguments.out else None
    with joined(arguments.device) as placement:
        with _in_order(placement):
            session = new_session(setup, folder=folder, progress=download_progress, placement=placement)
        if session.run is not None and session.data.data.content is not None:
            print(summary_of(session.data.data), file=sys.stderr)
        return _finish(session, arguments)


def resume(arguments: argparse.Namespace) -> int:
    """Continues a run; see the help of `resume`."""
    changes = {**read_pairs(arguments.set), **_length(arguments)}
    with joined(arguments.device) as placement:
        with _in_order(placement):
            session = resume_session(
                arguments.run, device=arguments.device, progress=download_progress, placement=placement
            )
        if changes:
            try:
                session.change(**changes)
            except ExplorerError:
                session.close()
                raise
        return _finish(session, arguments)


def _in_order(placement: Placement | None) -> contextlib.AbstractContextManager[None]:
    return contextlib.nullcontext() if placement is None else placement.first_alone()


def _length(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.seconds is not None:
        return {"seconds": arguments.seconds}
    return {} if arguments.steps is None else {"steps": arguments.steps, "seconds": 0}


def _finish(session: Session, arguments: argparse.Namespace) -> int:
    if session.run is None:  # another process than that of rank 0, which alone writes and prints
        code, error = run_to_end(session, arguments.stop_at)
        if error:
            print(f"dgm-explorer: process {session.placement.rank}: {error}", file=sys.stderr)
        return code
    print(f"run: {session.run.folder}", file=sys.stderr)
    if session.notice:
        print(session.notice, file=sys.stderr)
    code, error = run_to_end(session, arguments.stop_at, Path(arguments.rescue) if arguments.rescue else None)
    result = {"run": str(session.run.folder), **session.summary()}
    if error:
        result["error"] = error
        print(f"dgm-explorer: {error}", file=sys.stderr)
    elif session.fitted:
        print(f"fitted by {session.fitted}; there is nothing to train", file=sys.stderr)
    if arguments.json:
        print(json.dumps(result, allow_nan=False))
    elif not error:
        if not session.fitted:
            print(f"{session.status} at step {session.step_count} after {session.seconds:.1f} s of training")
        print(session.run.folder)
    return code


def run_to_end(session: Session, stop_at: int | None = None, elsewhere: Path | None = None) -> tuple[int, str]:
    """Trains until the run is finished, a step is reached or a signal (Ctrl-C, SIGTERM, SIGHUP) comes.

    Args:
        session: The session; it is closed afterwards.
        stop_at: Round at which to stop early, or None.
        elsewhere: Folder in which the model is saved if its run cannot be written to; None for one that is found.

    Returns:
        The exit status, and an error message or "".
    """
    placement = session.placement
    stop = _Stop(patient=placement.world > 1)
    try:
        with handled(stop):
            with Bar(session, enabled=not session.fitted and placement.rank == 0) as bar:
                session.begin()
                while not session.finished and not placement.any(stop.by is not None):
                    if stop_at is not None and session.step_count >= stop_at:
                        break
                    session.step()
                    bar.update()
            session.stop()
    except ExplorerError as error:
        saved = f"; {_saved(session, elsewhere)}" if session.unsaved else ""
        return error.code, f"{error}{saved}"
    finally:
        session.close()
    return (0 if stop.by is None else exit_status(stop.by)), ""


def _saved(session: Session, elsewhere: Path | None) -> str:
    """Saves a session whose run cannot be written to, and says where it is now."""
    step = f"training stopped at step {session.step_count}"
    try:
        if elsewhere is not None:
            move_session(session, elsewhere)
        else:
            rescue(session)
    except ExplorerError as error:
        return f"{step}, and {error}"
    assert session.run is not None
    return f"{step}, and the model is saved in {session.run.folder}, from where dgm-explorer resume goes on"
