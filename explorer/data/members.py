"""Files in a folder of the user or in a ZIP file: which are read, their classes and splits, and what is left out."""

from __future__ import annotations

import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from explorer.data.errors import DataError, Unreadable

__all__ = ["Collection", "Grouping", "Member", "collect", "grouped"]

MOST_MEMBERS = 100_000
MOST_MEMBER_BYTES = 32_000_000
MOST_UNPACKED_BYTES = 1_000_000_000  # of an archive in all: what is unpacked is at most what its list of files says
_SPLITS = {"train": 0, "valid": 1, "val": 1, "validation": 1, "test": 2}
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError, RuntimeError,
    ValueError, KeyError,
)  # fmt: skip
"""What `zipfile` raises for damaged and for encrypted archives, besides OSError."""


@dataclass(frozen=True)
class Member:
    """A file of a folder or archive.

    Attributes:
        name: Path within the folder, its parts separated by "/".
        read: Its bytes. Raises `Unreadable` or `OSError`.
    """

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Collection:
    """The files of a folder or archive.

    Attributes:
        members: Those with a wanted ending, sorted by name.
        left_out: Others that a person may miss, and why.
    """

    members: tuple[Member, ...]
    left_out: tuple[str, ...]


def collect(path: Path, endings: tuple[str, ...], plural: str) -> Collection:
    """The files with given endings in a folder and its subfolders, or in a ZIP file.

    Symbolic links are not followed; hidden files are ignored.

    Args:
        path: Folder or ZIP file.
        endings: How names of wanted files end, in small letters.
        plural: What the files are called.

    Raises:
        DataError: There are none, or too many; or the ZIP file is damaged.
        OSError: It cannot be read.
    """
    found, left_out = _of_folder(path) if path.is_dir() else _of_zip(path)
    others = Counter(PurePosixPath(member.name).suffix.lower() or "without ending" for member in found)
    members = sorted((member for member in found if member.name.lower().endswith(endings)), key=lambda one: one.name)
    kinds = ", ".join(f"{n:,} {ending}" for ending, n in sorted(others.items()) if ending not in endings)
    if kinds:
        left_out.append(f"files that are no {plural}: {kinds}")
    if not members:
        raise DataError(f"{path} has no {plural} ({', '.join(endings)})" + (f"; there are {kinds}" if kinds else ""))
    return Collection(tuple(members), tuple(left_out))


def _of_folder(path: Path) -> tuple[list[Member], list[str]]:
    members, left_out = list[Member](), list[str]()
    for folder, inner, names in os.walk(path, onerror=_raise):
        for name in [*inner, *names]:
            if os.path.islink(os.path.join(folder, name)):
                left_out.append(f"{_relative(path, folder, name)}: a symbolic link, which is not followed")
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in names:
            file = os.path.join(folder, name)
            if not name.startswith(".") and not os.path.islink(file):
                members.append(Member(_relative(path, folder, name), partial(_read_file, file)))
        _check_count(path, len(members))
    return members, left_out


def _raise(error: OSError) -> None:
    raise error


def _relative(path: Path, folder: str, name: str) -> str:
    return os.path.relpath(os.path.join(folder, name), path).replace(os.sep, "/")


def _read_file(file: str) -> bytes:
    with open(file, "rb", opener=_without_waiting) as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            raise Unreadable("is no file")
        return _bounded(opened.read(MOST_MEMBER_BYTES + 1))


def _without_waiting(file: str, flags: int) -> int:
    """Opens a file without waiting for a writer, as a named pipe would."""
    return os.open(file, flags | getattr(os, "O_NONBLOCK", 0))


def _bounded(content: bytes) -> bytes:
    if len(content) > MOST_MEMBER_BYTES:
        raise Unreadable(f"has more than {MOST_MEMBER_BYTES // 1_000_000} MB")
    return content


def _of_zip(path: Path) -> tuple[list[Member], list[str]]:
    try:
        archive = zipfile.ZipFile(path)  # stays open as long as its members are kept; opening it takes a while
        infos = [info for info in archive.infolist() if not info.is_dir()]
    except _DAMAGED:
        raise DataError(f"{path} is no ZIP file, or is damaged; pack it again") from None
    _check_count(path, len(infos))
    if sum(info.file_size for info in infos) > MOST_UNPACKED_BYTES:
        raise DataError(f"{path} unpacks to more than {MOST_UNPACKED_BYTES // 1_000_000:,} MB; take a part of it")
    shown = [info for info in infos if not any(p.startswith((".", "__MACOSX")) for p in info.filename.split("/"))]
    return [Member(info.filename, partial(_read_packed, archive, info)) for info in shown], []


def _read_packed(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(info) as file:
            content = file.read(MOST_MEMBER_BYTES + 1)
    except _DAMAGED:
        raise Unreadable("cannot be unpacked: it is damaged or encrypted") from None
    return _bounded(content)


def _check_count(path: Path, count: int) -> None:
    if count > MOST_MEMBERS:
        raise DataError(f"{path} has more than {MOST_MEMBERS:,} files; take a part of them")


@dataclass(frozen=True)
class Grouping:
    """Classes and splits that the folders of files give.

    Attributes:
        classes: Names of the classes, or empty.
        labels: Class of each file, or empty.
        parts: Split of each file, 0 to train, 1 to validate, 2 to test; or empty where they are to be drawn.
    """

    classes: tuple[str, ...] = ()
    labels: tuple[int, ...] = ()
    parts: tuple[int, ...] = ()


def grouped(names: Sequence[str], splits: str, classes: str, where: str) -> Grouping:
    """What the folders of files say of their split and class.

    Args:
        names: Path of each file, separated by "/".
        splits: "auto", "folders" or "seed".
        classes: "folders" or "none".
        where: The folder, for messages.

    Raises:
        DataError: It is not evident; the message says what to set.
    """
    paths = [tuple(name.split("/")[:-1]) for name in names]
    top = sorted({path[0] if path else "" for path in paths})
    named = [name for name in top if name.lower() in _SPLITS]
    parts: tuple[int, ...] = ()
    if splits == "folders" or (splits == "auto" and named):
        others = [name or "files outside of folders" for name in top if name not in named]
        if "train" not in {name.lower() for name in named} or others:
            has = ", ".join([*named, *others[:3]]) or "none of them"
            raise DataError(
                f"{where} has {has}, where folders train, valid and test make the splits; move the others away, or set "
                "splits=seed, with which all folders are classes"
            )
        parts = tuple(_SPLITS[path[0].lower()] for path in paths)
        paths = [path[1:] for path in paths]
    return _with_classes(paths, parts, classes, where)


def _with_classes(paths: list[tuple[str, ...]], parts: tuple[int, ...], classes: str, where: str) -> Grouping:
    found = sorted({path[0] for path in paths if path})
    if classes == "none" or len(found) < 2 - any(not path for path in paths):
        return Grouping(parts=parts)
    loose = sum(not path for path in paths)
    if loose:
        raise DataError(
            f"{where} has {loose:,} file{'s' * (loose != 1)} beside the folder{'s' * (len(found) != 1)} "
            f"{', '.join(found[:5])}, so that their class is not known; move them into one, or set classes=none"
        )
    return Grouping(tuple(found), tuple(found.index(path[0]) for path in paths), parts)
