"""The timeline: recorded frames of the views marked `record`, denser early, within a limit of bytes."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path

from explorer.engine.errors import BadInput, RunError, WriteError
from explorer.engine.runs.frame_file import compact, read_frames, size_of, write_frames
from explorer.engine.schedule import Schedule
from models.frames import Frame

__all__ = ["Recorder"]

BUDGET = 200 << 20  # bytes
HELD = 8 << 20  # bytes


class Recorder:
    """Frames by step and view.

    Args:
        folder: Where the frames are stored as files, or None to keep all of them in memory.
        budget: Most bytes of all frames, in the folder or else in memory; beyond it every other moment of the later
            half is deleted.
        held: Most bytes of the frames that stay in memory beside the files.
        check: Called before the folder is written to; raises where that must not be.
    """

    def __init__(
        self,
        folder: Path | None = None,
        budget: int = BUDGET,
        held: int = HELD,
        check: Callable[[], None] = lambda: None,
    ):
        self._folder, self._check = folder, check
        self._budget, self._most_held = budget, held
        self._cadence = Schedule(every=1, growth=0.1, cap=2000)
        self._sizes: dict[int, int] = {}  # of every moment, bytes of its file or else in memory; 0 without frames
        self._held: OrderedDict[int, dict[str, Frame]] = OrderedDict()  # the one used last at the end

    def due(self, step: int) -> bool:
        """Whether this step must be recorded."""
        return self._cadence.due(step)

    def skip(self, step: int) -> None:
        """Treats all steps up to this one as past."""
        self._cadence.skip(step)

    def add(self, step: int, shown: dict[str, Frame]) -> None:
        """Records the frames of a step, those of films thinned.

        Raises:
            WriteError: The folder cannot be written to.
        """
        self._check()
        self._forget([step])
        shown = {name: compact(frame) for name, frame in shown.items()}
        try:
            size = self._write(step, shown) if self._folder is not None and shown else _memory(shown)
        except WriteError:
            self._check()  # the folder may have been lost since
            raise
        self._sizes[step] = size
        self._hold(step, shown)
        while sum(self._sizes.values()) > self._budget and len(self._sizes) > 3:
            self._thin()

    def _write(self, step: int, shown: dict[str, Frame]) -> int:
        """Writes a moment, and returns the size of its file in bytes."""
        path = self._path(step)
        try:
            path.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise WriteError(f"{path.parent} cannot be made ({error.strerror})") from error
        return write_frames(path, step, shown)

    def make_room(self) -> bool:
        """Deletes the files of every other moment, of the last one if it is alone; returns whether there were any."""
        self._check()
        filed = [step for step in self.steps() if self._folder is not None and self._path(step).exists()]
        self._forget(filed[-1::-2])
        return bool(filed)

    def copied_to(self, folder: Path, check: Callable[[], None]) -> Recorder:
        """A recorder with copies of the moments in another folder, as far as they can be read and fit there."""
        copy = Recorder(folder, self._budget, self._most_held, check)
        copy._cadence = self._cadence
        for step in self.steps():
            with contextlib.suppress(RunError):
                copy.add(step, self.at(step)[1])
        return copy

    def _hold(self, step: int, shown: dict[str, Frame]) -> None:
        self._held[step] = shown
        self._held.move_to_end(step)
        while self._folder is not None and len(self._held) > 1 and self._held_bytes() > self._most_held:
            self._held.popitem(last=False)

    def _held_bytes(self) -> int:
        return sum(map(_memory, self._held.values()))

    def _thin(self) -> None:
        steps = self.steps()
        late = steps[len(steps) // 2 : -1]
        self._forget(late[::2])

    def _forget(self, steps: Iterable[int]) -> None:
        for step in list(steps):
            if step in self._sizes:
                del self._sizes[step]
                self._held.pop(step, None)
                if self._folder is not None:
                    self._path(step).unlink(missing_ok=True)

    def _path(self, step: int) -> Path:
        assert self._folder is not None
        return self._folder / f"step-{step:09d}.safetensors"

    def steps(self) -> list[int]:
        """Recorded steps, in order."""
        return sorted(self._sizes)

    def at(self, step: int) -> tuple[int, dict[str, Frame]]:
        """The last recorded moment at or before a step: its step and its frames by view.

        Raises:
            BadInput: Nothing was recorded by then.
            RunError: Its file is missing or damaged.
        """
        before = [recorded for recorded in self.steps() if recorded <= step]
        if not before:
            raise BadInput(f"nothing was recorded up to step {step}")
        last = before[-1]
        shown = self._held.get(last)
        if shown is None:
            shown = read_frames(self._path(last))[1] if self._sizes[last] else {}
        self._hold(last, shown)
        return last, shown

    def follow(self) -> None:
        """Takes the moments that are in the folder now, which another process may write to; they are read when used."""
        assert self._folder is not None
        found = {}
        for path in self._folder.glob("step-*.safetensors"):
            with contextlib.suppress(FileNotFoundError):  # it was deleted to keep within the budget
                found[int(path.stem.removeprefix("step-"))] = path.stat().st_size
        for step in self._held.keys() - found:
            del self._held[step]
        self._sizes = found

    def load(self, last: int | None = None) -> None:
        """Takes the frames in the folder; those after `last` are deleted, because training repeats them."""
        for path in sorted(self._folder.glob("step-*.safetensors")) if self._folder is not None else ():
            if last is not None and int(path.stem.removeprefix("step-")) > last:
                path.unlink()
                continue
            step, shown = read_frames(path)
            self._sizes[step] = path.stat().st_size
            self._hold(step, shown)
        self.skip(max(self._sizes, default=-1) if last is None else last)


def _memory(shown: dict[str, Frame]) -> int:
    return sum(size_of(frame) for frame in shown.values())
