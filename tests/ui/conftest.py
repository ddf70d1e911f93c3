"""What every test of the window gets: no screen, a theme, and checks that nothing leaks, runs on or complains."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import weakref
from collections.abc import Callable, Iterator
from typing import TypeVar

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_SCALE_FACTOR"] = os.environ.get("DGM_EXPLORER_TEST_SCALE", "1")  # a process has one scale

import torch  # noqa: F401, I001 - before Qt: on Windows its libraries do not load afterwards

import locale
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QThread
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

import page_parts
from driving import Driver

from explorer.data import open_dataset
from explorer.ui.app import create_window
from explorer.ui.settings import settings
from explorer.ui.theme import Theme

_W = TypeVar("_W", bound=QWidget)


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return ["dgm-explorer"]


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    locale.setlocale(locale.LC_NUMERIC, "C")  # Qt takes the system's, and "1,5" would be printed
    gc.collect()
    gc.freeze()  # what the imports left need not be looked through after every test
    return qapp


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """A dark theme; the application is left without a style sheet."""
    made = Theme(qapp, "dark")
    yield made
    made.deleteLater()
    qapp.setStyleSheet("")
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def make_widget(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[Callable[[_W], _W]]:
    """Shows a widget and, after the test, closes it and checks that it and all its children are gone."""
    kept: list[QWidget] = []

    def make(widget: _W, width: int = 0, height: int = 0) -> _W:
        kept.append(widget)
        if width and height:
            widget.resize(width, height)
        widget.show()
        widget.activateWindow()
        qapp.processEvents()
        return widget

    enabled = gc.isenabled()
    gc.disable()  # a collection in the middle of an event destroys widgets that are still in use
    yield make
    watched = _watched(*kept)
    for widget in kept:
        widget.close()
        widget.deleteLater()
    arguments = request.node.funcargs  # of the test: fixtures may have handed it the same widgets
    for name in [name for name, value in arguments.items() if isinstance(value, QWidget)]:
        del arguments[name]
    del make
    kept.clear()
    widget = None
    qapp.processEvents()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    if enabled:
        gc.enable()
    if getattr(request.node, "failed_in_call", False):
        return  # its traceback holds what it used
    _check_gone(qapp, watched)


def _watched(*tops: QWidget) -> list[tuple[str, weakref.ref]]:
    return [(type(w).__name__, weakref.ref(w)) for top in tops for w in (top, *top.findChildren(QWidget))]


def _check_gone(qapp: QApplication, watched: list[tuple[str, weakref.ref]]) -> None:
    alive = [name for name, reference in watched if reference() is not None]
    assert not alive, f"still alive after close and deleteLater, something longer-lived holds them: {alive}"
    tops = [type(w).__name__ for w in qapp.topLevelWidgets() if w.isVisible()]
    assert not tops, f"top-level windows left open: {tops}"


@pytest.fixture
def parts(qapp: QApplication, fixture_pages: None) -> Iterator[None]:
    """For tests of single parts of a page: what they made is deleted in the order of Qt, children with parents."""
    yield
    page_parts.delete_made()


@pytest.fixture
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, so that neither runs nor settings of other tests are in it; the digits are at hand."""
    open_dataset("digits")
    kept, own = Path(os.environ["DGM_EXPLORER_HOME"]), tmp_path / "home"
    shutil.copytree(kept / "cache", own / "cache")
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(own))
    return own


@pytest.fixture
def open_window(
    qapp: QApplication, qtbot: QtBot, apart: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Driver]]:
    """Opens the application's window; after the test it is closed, and nothing of it is left.

    The arguments are the window's width and height, where 0 and 0 leave it as it was the last time, and the page that
    was in sight then; without one it opens on that of the first start.
    """
    opened: list[Driver] = []

    def make(width: int = 1440, height: int = 900, page: str = "") -> Driver:
        if page:
            settings().setValue("page", page)
        driver = Driver(create_window(), qtbot)
        if width and height:
            driver.window.resize(width, height)
        opened.append(driver)
        driver.window.show()
        driver.window.activateWindow()
        qapp.processEvents()
        return driver

    enabled = gc.isenabled()
    gc.disable()
    yield make
    watched: list[tuple[str, weakref.ref]] = []
    for driver in opened:
        watched += _watched(driver.window)
        driver.leave()
    opened.clear()
    del make
    request.node.funcargs.pop("driver", None)
    qapp.processEvents()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.setStyleSheet("")
    gc.collect()
    if enabled:
        gc.enable()
    if not getattr(request.node, "failed_in_call", False):
        _check_gone(qapp, watched)


@pytest.fixture
def driver(open_window: Callable[..., Driver]) -> Driver:
    """The window at 1440 × 900, on the page of the first start."""
    return open_window()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Tells the leak check whether the test itself failed."""
    yield
    if call.when == "call":
        item.failed_in_call = call.excinfo is not None  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def no_running_threads() -> Iterator[None]:
    """No QThread that was started in the test is running after it."""
    yield
    gc.collect()
    running = [type(o).__name__ for o in gc.get_objects() if issubclass(type(o), QThread) and _runs(o)]
    assert not running, f"still running; stop and wait for them before the test ends: {running}"
    gc.freeze()  # modules that were imported late need not be looked through after every test either


def _runs(thread: QThread) -> bool:
    try:
        return thread.isRunning() and thread is not QThread.currentThread()
    except RuntimeError:  # its C++ half is gone, so it does not run
        return False


class _Collecting(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(f"{record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def no_log_warnings() -> Iterator[list[str]]:
    """Anything logged at WARNING or above fails the test; a test that expects some clears the list."""
    handler = _Collecting()
    logging.getLogger().addHandler(handler)
    yield handler.texts
    logging.getLogger().removeHandler(handler)
    assert not handler.texts, f"logged at WARNING or above: {handler.texts}"
