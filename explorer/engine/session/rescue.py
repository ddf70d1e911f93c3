"""A run of which only memory is left: its folder was lost, or its disk is full. It is made anew in another folder."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from explorer.data import Content
from explorer.engine.errors import ExplorerError, RunError, WriteError
from explorer.engine.files import runs_folder
from explorer.engine.runs.own_data import write_content
from explorer.engine.runs.parents import Parent, write_parents
from explorer.engine.runs.run import Run
from explorer.engine.session.session import Session

__all__ = ["free_folder", "move_session", "rescue"]


@contextlib.contextmanager
def _copied(former: Run, folder: Path, parents: Mapping[str, Parent], content: Content | None) -> Iterator[Run]:
    """A run in a new folder, taken for writing, with all of another one but its checkpoints and frames.

    If what follows fails, the new folder is deleted, unless it was there before.

    Raises:
        BadInput: The folder is not empty, or cannot be made.
        WriteError: The disk is full.
    """
    is_new, run = not folder.exists(), None
    try:
        run = former.create_like(folder)
        run.acquire()
        write_parents(run.parents, parents)
        write_content(run.own_data, content)
        former.copy_lines(run)
        yield run
    except BaseException:
        with contextlib.suppress(WriteError):
            if run is not None:
                run.close()
        if is_new:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def move_session(session: Session, folder: Path) -> None:
    """Makes the run of a session anew in another folder, from what memory holds and what can still be read.

    The session goes on there, and so does one that resumes the new folder, with the same results.

    Raises:
        BadInput: The folder is not empty, or cannot be made.
        WriteError: The disk is full.
    """
    assert session.run is not None
    former, recorder = session.run, session.journal.recorder
    try:
        with _copied(former, folder, *session.held) as run:
            session.attach(run, recorder.copied_to(run.frames, run.check_own))
            with contextlib.suppress(RunError):
                best = former.best()
                if best is not None:
                    run.save_best(best)
            session.save()
            session.saver.write_summary(session.summary())
    except BaseException:
        session.attach(former, recorder)
        raise
    with contextlib.suppress(WriteError):  # nothing of it is needed any more
        former.close()


def rescue(session: Session) -> Path:
    """Saves a session whose run cannot be written to: among the runs, beside its folder, or with temporary files.

    Returns:
        The new folder, whose name ends in "-rescued".

    Raises:
        WriteError: No place takes it.
    """
    assert session.run is not None
    former, reasons = session.run.folder.absolute(), []
    for place in dict.fromkeys((runs_folder(), former.parent, Path(tempfile.gettempdir()))):
        folder = free_folder(place / f"{former.name}-rescued")
        try:
            move_session(session, folder)
        except ExplorerError as error:
            reasons.append(str(error))
        else:
            return folder
    raise WriteError(f"the model could not be saved anywhere else ({'; '.join(reasons)})")


def free_folder(wanted: Path) -> Path:
    """A folder that does not exist, with a number behind its name if need be."""
    numbered = (wanted.with_name(f"{wanted.name}-{number}") for number in range(2, 10_000))
    return wanted if not wanted.exists() else next(folder for folder in numbered if not folder.exists())
