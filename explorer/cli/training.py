"""`train` and `resume`: run a session to its end, or until a signal."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from explorer.cli.arguments import read_pairs
from explorer.cli.progress import Bar, download_progress
from explorer.data import summary_of
from explorer.engine import ExplorerError, Session, Setup, new_session, resume_session
from explorer.signals import Ended, exit_status, handled

__all__ = ["resume", "run_to_end", "train"]


class _Stop:
    """Handler of signals: the first asks the session to stop after the round, a second Ctrl-C ends the program at once.

    Attributes:
        by: The first signal, or None.
    """

    def __init__(self) -> None:
        self.by: Ended | None = None

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        """Notes a signal."""
        if self.by is not None and number == signal.SIGINT:
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
    session = new_session(setup, folder=folder, progress=download_progress)
    if session.data.data.content is not None:
        print(summary_of(session.data.data), file=sys.stderr)
    return _finish(session, arguments)


def resume(arguments: argparse.Namespace) -> int:
    """Continues a run; see the help of `resume`."""
    session = resume_session(arguments.run, device=arguments.device, progress=download_progress)
    changes = {**read_pairs(arguments.set), **_length(arguments)}
    if changes:
        try:
            session.change(**changes)
        except ExplorerError:
            session.close()
            raise
    return _finish(session, arguments)


def _length(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.seconds is not None:
        return {"seconds": arguments.seconds}
    return {} if arguments.steps is None else {"steps": arguments.steps, "seconds": 0}


def _finish(session: Session, arguments: argparse.Namespace) -> int:
    assert session.run is not None
    print(f"run: {session.run.folder}", file=sys.stderr)
    code, error = run_to_end(session, arguments.stop_at)
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


def run_to_end(session: Session, stop_at: int | None = None) -> tuple[int, str]:
    """Trains until the run is finished, a step is reached or a signal (Ctrl-C, SIGTERM, SIGHUP) comes.

    Args:
        session: The session; it is closed afterwards.
        stop_at: Round at which to stop early, or None.

    Returns:
        The exit status, and an error message or "".
    """
    stop = _Stop()
    try:
        with handled(stop):
            with Bar(session, enabled=not session.fitted) as bar:
                session.begin()
                while not session.finished and stop.by is None:
                    if stop_at is not None and session.step_count >= stop_at:
                        break
                    session.step()
                    bar.update()
            session.stop()
    except ExplorerError as error:
        return error.code, str(error)
    finally:
        session.close()
    return (0 if stop.by is None else exit_status(stop.by)), ""
