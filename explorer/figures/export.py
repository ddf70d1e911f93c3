"""Draws frames, encodes figures in each format, and writes them atomically."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.engine.errors import RunError
from explorer.engine.files import check_writable, write_atomically
from explorer.figures import film
from explorer.figures.panels import Panels, draw_panels
from explorer.figures.sheet import Sheet
from explorer.figures.sound import wav_of
from explorer.figures.stills import STILL_PAINTERS
from explorer.figures.style import FigureError, Style
from explorer.figures.table import csv_of, npz_of
from explorer.version import __version__
from models.frames import Film, Frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["FORMATS", "PAINTERS", "check_path", "figure", "render", "save", "save_arrays"]

FORMATS = ("png", "svg", "pdf", "csv", "npz")
_SOUND = "wav"  # for frames that show sound alone

PAINTERS: Mapping[type[Frame], Callable[..., None]] = {**STILL_PAINTERS, Film: film.paint}

_SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "explorer.figures",
    "svg.image_inline": True,
    "pdf.fonttype": 42,
    "pdf.use14corefonts": False,
    "pdf.compression": 6,
    "path.simplify": True,
    "path.effects": [],
    "path.sketch": None,
    "image.composite_image": False,
    "text.usetex": False,
    "text.hinting": "none",
    "agg.path.chunksize": 0,
}

_DRAWING = threading.RLock()


@contextmanager
def _drawing(outlines: bool = False) -> Iterator[None]:
    """Locks drawing: matplotlib's settings and caches belong to the process, and several threads make figures."""
    import matplotlib

    with _DRAWING, matplotlib.rc_context({**_SETTINGS, "svg.fonttype": "path" if outlines else "none"}):
        yield


def figure(frame: Frame, style: Style | None = None) -> Figure:
    """Draws a frame.

    Args:
        frame: Any kind of frame with a painter.
        style: Size and look.

    Returns:
        A matplotlib figure outside pyplot, with a canvas for pixels.

    Raises:
        FigureError: The kind of frame has no painter, or the picture has no room.
    """
    if isinstance(frame, Panels):
        with _drawing():
            return draw_panels(frame, style or Style(), PAINTERS)
    painter = PAINTERS.get(type(frame))
    if painter is None:
        raise FigureError(f"no painter is known for a frame of the kind {type(frame).__name__}")
    with _drawing():
        sheet = Sheet(frame, style or Style())
        painter(sheet, frame)
    return sheet.figure


def render(frame: Frame, style: Style | None, format: str, *, identity: Mapping[str, Any] | None = None) -> bytes:
    """The bytes of a figure in one of the `FORMATS`, or of a sound as "wav".

    The same frame, style and identity give the same bytes, because no time is written. The identity is stored as JSON:
    in the texts `identity`, `Title` and `Software` of a PNG, the metadata of an SVG (`dc:description`), the information
    of a PDF (`Subject` and `Keywords`), the first lines of a CSV, the array `identity` of an NPZ, the comment of a WAV.

    Raises:
        FigureError: The format is unknown, or the frame cannot be drawn.
    """
    style = style or Style()
    if format not in (*FORMATS, _SOUND):
        raise FigureError(f"a figure takes {_listed()}, not .{format}")
    header = {"app": f"Deep Generative Model Explorer {__version__}"}
    if style.title:
        header["title"] = style.title
    about = {**header, **(identity or {})}
    try:
        text = json.dumps(about)
    except (TypeError, ValueError) as error:
        raise FigureError(f"the identity of a figure must be plain numbers and texts: {error}") from None
    if format in ("csv", "npz") and isinstance(frame, Panels):
        raise FigureError(f"a figure of several panels is a picture, not .{format}: save the data of one view")
    if format == "csv":
        return csv_of(frame, about)
    if format == "npz":
        return npz_of(frame, about)
    if format == _SOUND:
        return wav_of(frame, about)
    out = io.BytesIO()
    with _drawing(style.outlines):
        _PRINTERS[format](figure(frame, style), out, about, text)
    return out.getvalue()


def save(
    frame: Frame, path: str | Path, *, style: Style | None = None, identity: Mapping[str, Any] | None = None
) -> Path:
    """Writes a frame as a figure or as data, in the format of the file name.

    The file is written under a temporary name and then moved, so that an older file is replaced as a whole.

    Args:
        frame: Any kind of frame.
        path: Ends in .png, .svg, .pdf, .csv or .npz, or for sound in .wav.
        style: Size and look; unused for .csv, .npz and .wav.
        identity: Origin of the figure (run, page, data, step, seed, …), JSON-serialisable.

    Returns:
        The path.

    Raises:
        FigureError: The ending is no format, the frame cannot be drawn, or the path cannot be written.
    """
    path = Path(path)
    check_path(path)
    _write(path, render(frame, style, path.suffix.lower().lstrip("."), identity=identity))
    return path


def check_path(path: Path) -> None:
    """Checks that a figure can be written, before it is computed.

    Raises:
        FigureError: The ending is no format, or the folder cannot be written to.
    """
    if path.suffix.lower().lstrip(".") not in (*FORMATS, _SOUND):
        raise FigureError(f"a figure takes {_listed()}, not {path.suffix or 'a name without an ending'}: {path.name}")
    try:
        check_writable(path)
    except RunError as error:
        raise FigureError(str(error)) from None
    if path.is_dir():
        raise FigureError(f"{path} is a folder; choose another name")


def save_arrays(arrays: Mapping[str, np.ndarray], path: Path, *, identity: Mapping[str, Any]) -> Path:
    """Writes arrays, such as samples, as an .npz with the identity beside them.

    Raises:
        FigureError: The path cannot be written.
    """
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, **arrays, identity=np.array(json.dumps(dict(identity))))
    _write(path, out.getvalue())
    return path


def _listed() -> str:
    return ", ".join(f".{name}" for name in FORMATS[:-1]) + f" or .{FORMATS[-1]}"


def _title(about: Mapping[str, Any]) -> str:
    return str(about.get("title") or about.get("view") or "Figure")


def _png(drawn: Figure, out: io.BytesIO, about: Mapping[str, Any], text: str) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    metadata = {"Title": _title(about), "Software": str(about["app"]), "identity": text}
    FigureCanvasAgg(drawn).print_png(out, metadata=metadata)


def _svg(drawn: Figure, out: io.BytesIO, about: Mapping[str, Any], text: str) -> None:
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    metadata = {"Title": _title(about), "Creator": str(about["app"]), "Description": text, "Date": None}
    FigureCanvasSVG(drawn).print_svg(out, metadata=metadata)


def _pdf(drawn: Figure, out: io.BytesIO, about: Mapping[str, Any], text: str) -> None:
    from matplotlib.backends.backend_pdf import FigureCanvasPdf

    keywords = ", ".join(f"{key}={value}" for key, value in about.items() if isinstance(value, (str, int, float)))
    metadata = {"Title": _title(about), "Subject": text, "Keywords": keywords, "Creator": str(about["app"])}
    FigureCanvasPdf(drawn).print_pdf(out, metadata={**metadata, "CreationDate": None})


_PRINTERS: Mapping[str, Callable[..., None]] = {"png": _png, "svg": _svg, "pdf": _pdf}


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    except OSError as error:
        raise FigureError(f"{path} cannot be written ({error.strerror}); choose another folder or name") from None
    except RunError as error:
        raise FigureError(str(error)) from None
