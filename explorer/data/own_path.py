"""Paths in place of names of datasets: `--data points.csv`."""

from __future__ import annotations

import os
from collections.abc import Iterable

from explorer.data.catalogue import SOURCES
from explorer.data.errors import DataError
from explorer.data.own_file import FileSource
from models.protocol import Kind, accepted

__all__ = ["dataset_of_path", "readings"]


def dataset_of_path(text: str, accepts: Iterable[Kind | type[Kind]]) -> str:
    """The text form of the dataset that a path stands for on a page; other texts as they are.

    A path has a folder or the ending of a file that is read, and is no name of the catalogue; a folder is images where
    it has any, else sounds. Points come before
    tables where a page takes both and the file has two columns.

    Raises:
        DataError: The file cannot be read as any data that the page takes.
    """
    readers = [found for found in SOURCES.values() if issubclass(found, FileSource)]
    is_path = os.sep in text or "/" in text or any(found.claims(text) for found in readers)
    if text.partition(":")[0].strip() in SOURCES or not is_path:
        return text
    refusal = DataError(f"{text} is no file of a kind that this page takes")
    for made in readings(text):
        if accepted(type(made).kind, accepts):
            try:
                made.content()
                return str(made)
            except DataError as error:
                refusal = error
    raise refusal


def readings(path: str) -> list[FileSource]:
    """The datasets that a file or folder may be, by its name alone, in the order of the catalogue."""
    own = [found for found in SOURCES.values() if issubclass(found, FileSource)]
    text = path if os.sep in path else os.path.join(os.curdir, path)
    return [reader(file=text) for reader in own if reader.claims(path)]
