"""Lines of a text file: its encoding found, its size bounded, comments and blank lines left out."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from explorer.data.errors import DataError

__all__ = ["TextFile"]

_CHUNK = 1 << 20  # bytes
_LINE = 1 << 20  # characters
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SEP = re.compile(r"\"?sep=(.)\"?\s*", re.IGNORECASE)
_ZIP = b"PK\x03\x04"


class TextFile:
    """A text file of rows.

    Args:
        path: The file.

    Attributes:
        encoding: "utf-8-sig", "utf-16" or "cp1252".
        stated: The separator that a spreadsheet's first line `sep=;` states, or "".
        line: Number of the line that was read last, from 1.
        comments: Number of comment lines before it.

    Raises:
        DataError: It is not text.
        OSError: It cannot be read.
    """

    def __init__(self, path: Path):
        self._path = path
        self.encoding = _encoding(path)
        self.stated, self.line, self.comments = "", 0, 0
        for text in self._raw():
            found = _SEP.fullmatch(text)
            self.stated = found[1] if found else ""
            break

    def rows(self) -> Iterator[str]:
        """The lines from the first on, with their ends; without comments, blank lines and the line `sep=`.

        Raises:
            DataError: A line is too long.
        """
        self.comments = 0
        for line, text in enumerate(self._raw(), start=1):
            self.line = line
            if line == 1 and self.stated:
                continue
            if text.lstrip().startswith("#"):
                self.comments += 1
            elif text.strip():
                yield text

    def _raw(self) -> Iterator[str]:
        with open(self._path, encoding=self.encoding) as file:
            line = 0
            while text := file.readline(_LINE + 1):
                line += 1
                if len(text) > _LINE:
                    raise DataError(f"line {line} of {self._path} has more than {_LINE:,} characters; it is no table")
                yield text


def _encoding(path: Path) -> str:
    with open(path, "rb") as file:
        head = file.read(4)
    if head == _ZIP:
        raise DataError(f"{path} is no text file but a ZIP or a spreadsheet; save the sheet as CSV")
    marked = next((name for mark, name in _BOMS if head.startswith(mark)), "")
    for encoding in (marked,) if marked else ("utf-8-sig", "cp1252"):
        if _decodes(path, encoding):
            return encoding
    raise DataError(f"{path} is not a text file in UTF-8, UTF-16 or Windows-1252; save it as CSV in UTF-8, or as NPY")


def _decodes(path: Path, encoding: str) -> bool:
    """Whether a file is text in an encoding. Text has no NUL, which binary files have."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with open(path, "rb") as file:
            while chunk := file.read(_CHUNK):
                if "\0" in decoder.decode(chunk):
                    return False
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
