"""A run: what a session leaves on disk, and how it is found again.

A folder with `config.json`, `metrics.jsonl`, `changes.jsonl`, `summary.json`, `checkpoints/` and `frames/`, and with
`parents/` and `data.safetensors` where a run needs other models or data of the user; safetensors and JSON throughout.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import secrets
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import filelock
import torch

from explorer.engine.errors import BadInput, FolderLost, RunError, WriteError
from explorer.engine.files import file_identity, read_json, runs_folder, write_atomically, write_json
from explorer.engine.runs.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from explorer.engine.runs.lines import AppendedLines, read_lines
from explorer.engine.setup import Setup
from explorer.version import __version__, is_newer
from models.protocol import DataSpec

__all__ = ["Run"]

FORMAT = 1
_KEEP = 2
_FLUSH = 1.0  # seconds
_LINE = json.JSONEncoder(allow_nan=False)


class Run:
    """A run folder, open for reading; `acquire` takes it for writing.

    Args:
        folder: Where it is.

    Raises:
        RunError: No run, or a damaged one.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.config = read_json(folder / "config.json")
        if not isinstance(self.config, dict) or self.config.get("format") != FORMAT:
            raise self._refusal(
                "its format is another", f"{folder} holds no run that this version ({__version__}) can read"
            )
        try:
            self.setup = Setup.from_json(self.config)
            self.spec = DataSpec.from_json(self.config["spec"])
        except (KeyError, TypeError, ValueError, RunError) as error:
            raise self._refusal(str(error), f"{folder / 'config.json'} is damaged ({error})") from None
        self._metrics = AppendedLines(folder / "metrics.jsonl")
        self._changes = AppendedLines(folder / "changes.jsonl")
        self._lock: filelock.BaseFileLock | None = None
        self._locked = (0, 0)  # device and number of the lock's file
        self._flushed = 0.0

    def _refusal(self, why: str, otherwise: str) -> RunError:
        """The error of a config that is not understood: that a newer version wrote it, or else what is given."""
        versions = self.config.get("versions") if isinstance(self.config, dict) else None
        version = str(versions.get("app", "")) if isinstance(versions, dict) else ""
        if is_newer(version):
            return RunError(
                f"{self.folder} was written by version {version}, and version {__version__} does not know all of it "
                f"({why}); update this one to open the run"
            )
        return RunError(otherwise)

    @classmethod
    def create(cls, setup: Setup, spec: DataSpec, digest: str, folder: Path | None = None) -> Run:
        """Creates the folder of a new run; by default a new folder among the application's runs.

        Raises:
            BadInput: The folder exists and is not empty, or cannot be made.
        """
        now = datetime.datetime.now(datetime.UTC)
        if folder is None:
            data = setup.data.split(":")[0]
            folder = runs_folder() / f"{now:%Y%m%d-%H%M%S}-{setup.page}-{data}-{secrets.token_hex(2)}"
        _made(folder)
        config = {
            "format": FORMAT,
            **setup.to_json(),
            "spec": spec.to_json(),
            "data_digest": digest,
            "versions": {"app": __version__, "torch": torch.__version__, "python": sys.version.split()[0]},
            "created": now.isoformat(timespec="seconds"),
        }
        return cls._written(folder, config)

    def create_like(self, folder: Path) -> Run:
        """Creates another folder with the config of this run, which need not be there any more.

        Raises:
            BadInput: The folder exists and is not empty, or cannot be made.
            WriteError: The disk is full.
        """
        return self._written(_made(folder), self.config)

    @classmethod
    def _written(cls, folder: Path, config: Mapping[str, Any]) -> Run:
        try:
            write_json(folder / "config.json", config)
        except WriteError as error:
            if error.full:
                raise
            raise BadInput(f"{error} (--out)") from None
        try:
            file_identity(folder / "config.json")
        except OSError as error:
            raise BadInput(f"{folder} cannot be entered ({error.strerror}); choose another folder (--out)") from None
        return cls(folder)

    @property
    def identity(self) -> dict[str, Any]:
        """What every figure of the run carries."""
        return {
            "run": self.folder.name,
            **{
                key: self.config[key]
                for key in ("page", "data", "data_digest", "config", "training", "seed", "versions")
            },
        }

    def acquire(self) -> None:
        """Takes the folder for writing; `close` gives it back.

        Raises:
            RunError: Another process is writing to it.
        """
        lock = filelock.FileLock(self.folder / ".lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            raise RunError(f"{self.folder} is being trained by another process; stop that one first") from None
        except OSError as error:
            raise WriteError(f"{self.folder} cannot be written to ({error.strerror})") from error
        self._lock = lock
        self._locked = file_identity(self.folder / ".lock")
        for pattern in (".*.tmp", "checkpoints/.*.tmp", "frames/.*.tmp"):
            for torn in self.folder.glob(pattern):  # what a writer that was killed left behind
                torn.unlink(missing_ok=True)
        try:
            self._hold_lines()
        except WriteError:
            self.close()
            raise

    def _hold_lines(self) -> None:
        with self._writing():
            self._metrics.hold()
            self._changes.hold()

    def copy_lines(self, other: Run) -> None:
        """Writes metrics, changes and directions into another run, as far as they can be read.

        Raises:
            WriteError: The other one cannot be written to.
        """
        for name, content in (
            ("metrics.jsonl", self._metrics.content()),
            ("changes.jsonl", self._changes.content()),
            ("directions.json", _content(self.folder / "directions.json")),
        ):
            if content:
                write_atomically(other.folder / name, content)
        other._hold_lines()

    def close(self) -> None:
        """Writes what waits and lets another process write."""
        try:
            with self._writing():
                self._metrics.flush()
        finally:
            self._metrics.drop()
            self._changes.drop()
            if self._lock is not None:
                self._lock.release()
                self._lock = None

    def check_own(self) -> None:
        """Checks that the folder is still the one that `acquire` took.

        Raises:
            FolderLost: It was deleted, moved or replaced, or its drive is gone.
        """
        if self._lock is None:
            return
        try:
            own = file_identity(self.folder / ".lock") == self._locked and (self.folder / "config.json").is_file()
        except OSError:
            own = False
        if not own:
            raise FolderLost(self.folder)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        self.check_own()
        try:
            yield
        except WriteError:
            self.check_own()  # the folder may have been lost since
            raise
        except OSError as error:
            self.check_own()
            raise WriteError(f"{self.folder} cannot be written to ({error.strerror})") from error

    # Metrics and changes

    def add_metrics(self, record: Mapping[str, Any]) -> None:
        """Appends a line to `metrics.jsonl`; it reaches the disk within a second of further lines."""
        self._metrics.add(_LINE.encode(record))
        if time.monotonic() - self._flushed > _FLUSH:
            self.flush_metrics()

    def flush_metrics(self) -> None:
        """Writes the metrics that wait; if that fails, they wait on."""
        self._flushed = time.monotonic()
        with self._writing():
            self._metrics.flush()

    def metrics(self) -> list[dict[str, Any]]:
        """The lines of `metrics.jsonl`; a torn last one is left out.

        Raises:
            RunError: A line before the last cannot be read.
        """
        return read_lines(self.folder / "metrics.jsonl")

    def cut(self, step: int) -> list[dict[str, Any]]:
        """Drops metrics and changes after a step; returns the remaining metrics.

        What was measured at step 0 is dropped with it, for it is measured again; a change at step 0 stays.
        """
        with self._writing():
            self._metrics.close()
            self._changes.close()
        for name, last in (("changes.jsonl", step), ("metrics.jsonl", step or -1)):
            path = self.folder / name
            lines = read_lines(path)
            kept = [line for line in lines if line["step"] <= last]
            torn = path.exists() and not path.read_bytes().endswith(b"\n")
            if len(kept) < len(lines) or torn:  # else the run would seem to have changed by being opened
                text = "".join(json.dumps(line, allow_nan=False) + "\n" for line in kept)
                write_atomically(path, text.encode())
        if self._lock is not None:
            self._hold_lines()
        return self.metrics()

    def add_change(self, step: int, values: Mapping[str, Any]) -> None:
        """Notes a live change that holds from after a step."""
        self._append_change({"step": step, "set": dict(values)})

    def add_lone_round(self, step: int, player: str) -> None:
        """Notes that the round which made a step was one update of one player alone."""
        self._append_change({"step": step, "player": player})

    def add_move(self, step: int, device: str) -> None:
        """Notes that the rounds after a step were made on another kind of device."""
        self._append_change({"step": step, "device": device})

    def _append_change(self, change: Mapping[str, Any]) -> None:
        self._changes.add(json.dumps(change, allow_nan=False))
        self.flush_changes()

    def flush_changes(self) -> None:
        """Writes the changes that wait; if that fails, they wait on."""
        with self._writing():
            self._changes.flush()

    def changes(self) -> list[dict[str, Any]]:
        """In order: what was set live after a step, rounds of one player alone, and changes of the device."""
        return read_lines(self.folder / "changes.jsonl")

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """Writes the summary of the run."""
        with self._writing():
            write_json(self.folder / "summary.json", summary)

    # Checkpoints, frames and parents

    @property
    def parents(self) -> Path:
        """Folder of the models that the run was made with."""
        return self.folder / "parents"

    @property
    def own_data(self) -> Path:
        """The copy of the user's file from which the data were made; other data have none."""
        return self.folder / "data.safetensors"

    @property
    def frames(self) -> Path:
        """Folder of the recorded frames."""
        return self.folder / "frames"

    def _checkpoints(self) -> list[Path]:
        return sorted((self.folder / "checkpoints").glob("step-*.safetensors"))

    def save(self, checkpoint: Checkpoint) -> None:
        """Writes a checkpoint and drops all but the last two (step 0 counts only while it is among them)."""
        with self._writing():
            self._metrics.sync()
            (self.folder / "checkpoints").mkdir(exist_ok=True)
            write_checkpoint(self.folder / "checkpoints" / f"step-{checkpoint.step:09d}.safetensors", checkpoint)
        for path in self._checkpoints()[:-_KEEP]:
            path.unlink(missing_ok=True)

    def save_best(self, checkpoint: Checkpoint) -> None:
        """Writes the best checkpoint by validation."""
        with self._writing():
            (self.folder / "checkpoints").mkdir(exist_ok=True)
            write_checkpoint(self.folder / "checkpoints" / "best.safetensors", checkpoint)

    def drop_spare_checkpoint(self) -> bool:
        """Deletes all checkpoints but the last, to make room; returns whether there were others."""
        spare = self._checkpoints()[:-1]
        for path in spare:
            path.unlink(missing_ok=True)
        return bool(spare)

    @property
    def begun(self) -> bool:
        """Whether training got as far as a first checkpoint; if not, it can begin."""
        return bool(self._checkpoints()) or (self.folder / "metrics.jsonl").exists()

    def last(self) -> Checkpoint:
        """The newest checkpoint.

        Raises:
            RunError: There is none, or it is damaged.
        """
        paths = self._checkpoints()
        if not paths:
            raise RunError(f"{self.folder} has no checkpoint, so there are no weights to load")
        try:
            return read_checkpoint(paths[-1])
        except RunError as error:
            advice = "; delete it to continue from the one before" if len(paths) > 1 else ""
            raise RunError(f"{error}{advice}") from None

    def newest_checkpoint(self) -> tuple[Path, int] | None:
        """File and step of the newest checkpoint, which is not read; None where there is none."""
        paths = self._checkpoints()
        return (paths[-1], int(paths[-1].stem.removeprefix("step-"))) if paths else None

    def best(self) -> Checkpoint | None:
        """The best checkpoint by validation, or None where the run keeps none."""
        path = self.folder / "checkpoints" / "best.safetensors"
        return read_checkpoint(path) if path.exists() else None


def _content(path: Path) -> bytes:
    """Content of a file, empty where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _made(folder: Path) -> Path:
    """Makes an empty folder, with those above it: the only place where the folder of a run is made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        occupied = any(folder.iterdir())
    except OSError as error:
        raise BadInput(f"{folder} cannot be made a run folder ({error.strerror}); choose another --out") from None
    if occupied:
        raise BadInput(f"{folder} is not empty; choose another --out")
    return folder
