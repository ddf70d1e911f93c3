"""Standard streams that may be absent, full or closed at the other end: nothing that is under way fails by them."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import TextIO

__all__ = ["Stream", "open_descriptors", "standard_streams"]


class Stream(io.TextIOBase):
    """A stream that keeps its first error instead of raising it, and writes nothing more from then on.

    Attributes:
        error: The first error, or None.

    Args:
        stream: The stream, or None where there is none.
    """

    def __init__(self, stream: TextIO | None):
        self._stream = stream
        self.error: OSError | None = None

    def write(self, text: str) -> int:
        """Writes a text."""
        if self._stream is not None and self.error is None:
            try:
                self._stream.write(text)
            except OSError as error:
                self.error = error
        return len(text)

    def flush(self) -> None:
        """Writes what is buffered."""
        if self._stream is not None and self.error is None:
            try:
                self._stream.flush()
            except OSError as error:
                self.error = error

    def isatty(self) -> bool:
        """Whether someone looks at it."""
        return self._stream is not None and self.error is None and self._stream.isatty()

    def fileno(self) -> int:
        """Its descriptor."""
        if self._stream is None:
            raise io.UnsupportedOperation("fileno")
        return self._stream.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Its encoding."""
        return getattr(self._stream, "encoding", None) or "utf-8"


@contextlib.contextmanager
def standard_streams() -> Iterator[tuple[Stream, Stream]]:
    """Puts a `Stream` before standard output and standard error for a block.

    A stream that failed stays replaced, because the interpreter would fail at it once more when it ends.
    """
    before = sys.stdout, sys.stderr
    out, err = (stream if isinstance(stream, Stream) else Stream(stream) for stream in before)
    sys.stdout, sys.stderr = out, err
    try:
        yield out, err
    finally:
        for stream in (out, err):
            stream.flush()
        sys.stdout = before[0] if out.error is None else out
        sys.stderr = before[1] if err.error is None else err


def open_descriptors() -> None:
    """Opens descriptors 0 to 2 that are closed (`2>&-`), so that no file gets one, and with it what libraries print."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
