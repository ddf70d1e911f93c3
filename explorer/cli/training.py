"""`train` and `resume`: run a session to its end, or until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from explorer.cli.arguments import read_pairs
from explorer.cli.progress import Bar, download_progress
from explorer.engine import ExplorerError, Session, Setup, new_session, resume_session

__all__ = ["resume", "run_to_end", "train"]

INTERRUPTED = 130


class _Interrupt:
    """Handler of Ctrl-C: the first asks the session to stop after the round, a second ends the program at once."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():  # only the main thread receives signals
            yield
            return
        before = signal.signal(signal.SIGINT, self)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


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
        print(f"data: {session.data.data.content}", file=sys.stderr)
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
    """Trains until the run is finished, a step is reached or Ctrl-C is pressed.

    Args:
        session: The session; it is closed afterwards.
        stop_at: Round at which to stop early, or None.

    Returns:
        The exit status, and an error message or "".
    """
    interrupt = _Interrupt()
    try:
        with interrupt.installed():
            with Bar(session, enabled=not session.fitted) as bar:
                session.begin()
                while not session.finished and not interrupt.asked:
                    if stop_at is not None and session.step_count >= stop_at:
                        break
                    session.step()
                    bar.update()
            session.stop()
    except ExplorerError as error:
        return error.code, str(error)
    finally:
        session.close()
    return (INTERRUPTED, "") if interrupt.asked else (0, "")
