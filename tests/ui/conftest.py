"""What every test of the window gets: no screen, a theme, and checks that nothing leaks, runs on or complains."""

from __future__ import annotations

import gc
import logging
import os
import weakref
from collections.abc import Callable, Iterator
from typing import TypeVar

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.pop("QT_SCALE_FACTOR", None)

import torch  # noqa: F401, I001 - before Qt: on Windows its libraries do not load afterwards

import locale

import pytest
from PySide6.QtCore import QEvent, QThread
from PySide6.QtWidgets import QApplication, QWidget

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
    watched = [(type(w).__name__, weakref.ref(w)) for top in kept for w in (top, *top.findChildren(QWidget))]
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
    alive = [name for name, reference in watched if reference() is not None]
    assert not alive, f"still alive after close and deleteLater, something longer-lived holds them: {alive}"
    tops = [type(w).__name__ for w in qapp.topLevelWidgets() if w.isVisible()]
    assert not tops, f"top-level windows left open: {tops}"


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
