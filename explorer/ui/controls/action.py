"""Actions: what menus, keys and the command palette have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, SignalInstance
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractButton

__all__ = ["group_of", "join", "make_action"]


def make_action(
    parent: QObject,
    name: str,
    text: str,
    run: Callable[..., Any] | SignalInstance | None = None,
    *,
    group: str = "",
    key: str = "",
    checkable: bool = False,
    repeats: bool = False,
    data: Any = None,
) -> QAction:
    """An action of a part of the window.

    Args:
        parent: The part that owns it.
        name: Its object name; no two actions in sight share one.
        text: What it does, as an imperative.
        run: Slot or signal for `triggered`, or for `toggled` where the action is checkable; None where the action is
            joined to a button.
        group: Heading under which the command palette lists it.
        key: Key sequence, or "".
        checkable: It is on or off.
        repeats: A key that is held down triggers it again and again.
        data: For `QAction.data`, which the slot reads from its sender.
    """
    action = QAction(text, parent)
    action.setObjectName(name)
    action.setProperty("group", group)
    action.setCheckable(checkable)
    action.setAutoRepeat(repeats)
    action.setData(data)
    if key:
        action.setShortcut(QKeySequence(key))
    if run is not None:
        (action.toggled if checkable else action.triggered).connect(run)
    return action


def group_of(action: QAction) -> str:
    """The heading under which the command palette lists an action, or ""."""
    return str(action.property("group") or "")


def join(button: QAbstractButton, action: QAction) -> None:
    """Keeps a checkable button and a checkable action in the same state, whichever of them is toggled."""
    action.setChecked(button.isChecked())
    action.toggled.connect(button.setChecked)
    button.toggled.connect(action.setChecked)
