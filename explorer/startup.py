"""Checks whether a window can be opened, before Qt, which aborts the process where it cannot."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib.metadata
import importlib.util
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["importing", "no_display", "window_problem"]

_DEBIAN = "the README lists the system packages that the window needs"


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Disables garbage collection for a block of imports, of whose time it takes a fifth."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def no_display() -> str:
    """The reason why no display is available, or ""."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return ""
    if os.environ.get("WAYLAND_DISPLAY"):
        folder = Path(os.environ.get("XDG_RUNTIME_DIR", "/"))
        if (folder / os.environ["WAYLAND_DISPLAY"]).exists():
            return ""
    display = os.environ.get("DISPLAY")
    if not display:
        return "no display is available"
    return "" if _x_answers() else f"display {display} does not answer"


def _x_answers() -> bool:
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # `window_problem` names the missing library
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    broken = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not broken


def window_problem() -> str:
    """The reason in one line why Qt cannot open a window on an available display, or ""."""
    try:
        version = importlib.metadata.version("PySide6-Essentials")
    except importlib.metadata.PackageNotFoundError:
        return "PySide6-Essentials is not installed; install it with pip, or use the command line (dgm-explorer --help)"
    return bad_pair(version, sys.version_info[:2]) or _missing_library()


def bad_pair(qt: str, python: tuple[int, int]) -> str:
    """The reason why a version of PySide6 does not work with a version of Python, or ""."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", qt)[:2])
    if numbers >= (6, 12) and python < (3, 12):
        return (
            f"PySide6 {qt} aborts on Python {python[0]}.{python[1]} after some thousand signals; "
            'install "PySide6-Essentials<6.12", or use Python 3.12'
        )
    return ""


def _missing_library() -> str:
    if sys.platform != "linux":
        return ""
    spec = importlib.util.find_spec("PySide6")
    if spec is None or not spec.submodule_search_locations:
        return "PySide6 is damaged; install PySide6-Essentials again"
    qt = Path(next(iter(spec.submodule_search_locations))) / "Qt"
    platform = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0] or "xcb"
    wanted = (qt / "lib" / "libQt6Widgets.so.6", qt / "plugins" / "platforms" / f"libq{platform}.so")
    for library in wanted:
        if library.exists():
            try:
                ctypes.CDLL(str(library))
            except OSError as error:
                name = str(error).split(":")[0]
                return f"Qt needs the system library {name}, which is missing; {_DEBIAN}"
    return ""
