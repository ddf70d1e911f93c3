"""The latent panel: a slider for every latent dimension."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from explorer.ui.controls import Button, IconButton, Slider, ValueBox, text_label
from explorer.ui.controls.scale import Scale
from explorer.ui.theme import Theme

__all__ = ["LatentPanel"]

LIMIT = 4.0  # standard deviations of the prior: the first range of the sliders, and the step by which it grows
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_WALK = 40  # ms
_CALM = 500  # ms with reduced motion; a leap is as long as the walk would have been
_SPEED = 0.03  # radians a tick
_KEPT = 0.995  # of the walk's direction from tick to tick


class _Row(QFrame):
    """One dimension: name, slider, value, lock."""

    moved = Signal(int, float)

    def __init__(self, theme: Theme, dim: int, limit: float, parent: QWidget | None = None):
        super().__init__(parent)
        self.dim = dim
        scale = Scale(-limit, limit, 0.05)
        name = "z" + str(dim + 1).translate(_SUBSCRIPTS)
        self.slider = Slider(theme, scale, 0.0, "prior")
        self.slider.setObjectName(f"latent.{dim}")
        self.slider.setAccessibleName(f"Latent dimension {dim + 1}")
        self.box = ValueBox(scale, 0.0)
        self.box.setObjectName(f"latent_value.{dim}")
        self.box.setAccessibleName(f"Value of latent dimension {dim + 1}")
        self.lock = IconButton(theme, "unlock", f"Lock {name}: Sample and Walk leave it alone", "text3")
        self.lock.setObjectName(f"latent_lock.{dim}")
        self.lock.setCheckable(True)
        self._theme, self._name = theme, name
        label = text_label(name, "label")
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(4)
        head.addWidget(label)
        head.addStretch(1)
        head.addWidget(self.lock)
        head.addWidget(self.box)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.slider)
        self.slider.moved.connect(self._on_moved)
        self.box.committed.connect(self._on_committed)
        self.lock.toggled.connect(self._on_locked)

    def set_value(self, value: float) -> None:
        """Shows a value without a signal."""
        self.slider.set_number(value)
        self.box.set_number(value)

    @Slot(float)
    def _on_moved(self, value: float) -> None:
        self.box.set_number(value)
        self.moved.emit(self.dim, value)

    @Slot(float, float)
    def _on_committed(self, _before: float, value: float) -> None:
        self.slider.set_number(value)
        self.moved.emit(self.dim, value)

    @Slot(bool)
    def _on_locked(self, locked: bool) -> None:
        word = "Unlock" if locked else "Lock"
        self.lock.set_face("lock" if locked else "unlock", f"{word} {self._name}", "accent_text" if locked else "text3")


class LatentPanel(QFrame):
    """Sliders of a point in latent space.

    Signals:
        moved: The point, (latent,) array, when it is moved in this panel.

    Args:
        theme: Colours.
    """

    moved = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("latent_panel")
        self.setAccessibleName("Latent point")
        self.setFixedWidth(200)
        self._theme = theme
        self._rows: dict[int, _Row] = {}
        self._order: list[int] = []
        self._random = np.random.default_rng()
        self._towards = np.zeros(0)
        self.z = np.zeros(0)
        self._limit = LIMIT
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 6, 0)
        self._list.setSpacing(8)
        inner = QFrame()
        inner.setLayout(self._list)
        self._list.setAlignment(Qt.AlignmentFlag.AlignTop)
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.sample = Button(theme, "Sample")
        self.sample.setObjectName("latent_sample")
        self.sample.setToolTip("A point from the prior")
        self.walk = Button(theme, "Walk", "play")
        self.walk.setObjectName("latent_walk")
        self.walk.setCheckable(True)
        self.walk.setToolTip("Wander through the prior")
        self.origin = IconButton(theme, "reset", "Back to the origin")
        self.origin.setObjectName("latent_origin")
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(4)
        buttons.addWidget(self.sample, 1)
        buttons.addWidget(self.walk, 1)
        buttons.addWidget(self.origin)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(scroll, 1)
        column.addLayout(buttons)
        self._timer = QTimer(self, interval=_WALK)
        self._timer.timeout.connect(self._on_walk)
        self.sample.clicked.connect(self._on_sample)
        self.walk.toggled.connect(self._on_walk_toggled)
        self.origin.clicked.connect(self._on_origin)

    @property
    def is_walking(self) -> bool:
        """Whether the point wanders through the prior."""
        return self._timer.isActive()

    def set_dimension(self, latent: int) -> None:
        """Makes a slider for each latent dimension; where their number changes, the point goes to the origin."""
        if latent == len(self.z):
            return
        self.z = np.zeros(latent)
        self._order = list(range(latent))
        self._make_rows(LIMIT)

    def _make_rows(self, limit: float) -> None:
        locked = {dim for dim, row in self._rows.items() if row.lock.isChecked()}
        for row in self._rows.values():
            self._list.removeWidget(row)
            row.setParent(None)
            row.deleteLater()
        self._rows, self._limit = {}, limit
        for dim in self._order:
            row = _Row(self._theme, dim, limit)
            row.lock.setChecked(dim in locked)
            row.moved.connect(self._on_row)
            self._rows[dim] = row
            self._list.addWidget(row)

    def set_order(self, importance: np.ndarray) -> None:
        """Sorts the sliders by the KL divergence of their dimensions, (latent,), the largest first."""
        order = np.argsort(-importance, kind="stable").tolist()
        if order == self._order or len(order) != len(self.z) or self._is_held():
            return
        self._order = order
        for place, dim in enumerate(order):
            self._list.removeWidget(self._rows[dim])
            self._list.insertWidget(place, self._rows[dim])

    def set_point(self, z: np.ndarray) -> None:
        """Shows a point without a signal; the range of the sliders grows where the point is outside."""
        self.z = np.array(z, dtype=float)
        furthest = float(np.abs(self.z).max(initial=0.0))
        if furthest > self._limit:
            self._make_rows(LIMIT * math.ceil(furthest / LIMIT))
        for dim, row in self._rows.items():
            row.set_value(round(float(self.z[dim]), 2))

    def set_reduced_motion(self, reduced: bool) -> None:
        """Makes the walk leap twice a second instead of gliding."""
        self._timer.setInterval(_CALM if reduced else _WALK)

    def stop(self) -> None:
        """Ends the walk."""
        self.walk.setChecked(False)

    def _is_held(self) -> bool:
        return any(row.slider.isSliderDown() or row.slider.hasFocus() for row in self._rows.values())

    def _free(self) -> np.ndarray:
        return np.array([not self._rows[dim].lock.isChecked() for dim in range(len(self.z))], dtype=bool)

    def _move(self, z: np.ndarray) -> None:
        self.set_point(z)
        self.moved.emit(self.z)

    @Slot(int, float)
    def _on_row(self, dim: int, value: float) -> None:
        self.z = self.z.copy()
        self.z[dim] = value
        self.moved.emit(self.z)

    @Slot()
    def _on_sample(self) -> None:
        self._move(np.where(self._free(), self._random.normal(size=len(self.z)), self.z))

    @Slot()
    def _on_origin(self) -> None:
        self._move(np.zeros(len(self.z)))

    @Slot(bool)
    def _on_walk_toggled(self, on: bool) -> None:
        self.walk.set_face("Stop" if on else "Walk", "pause" if on else "play")
        if on:
            self._towards = self._random.normal(size=len(self.z))
            self._timer.start()
        else:
            self._timer.stop()

    @Slot()
    def _on_walk(self) -> None:
        # z cos ω + ε sin ω keeps a normal z normal; the direction ε drifts, so that the path never repeats.
        ticks = self._timer.interval() / _WALK
        kept, angle = _KEPT**ticks, _SPEED * ticks
        self._towards = kept * self._towards + math.sqrt(1 - kept**2) * self._random.normal(size=len(self.z))
        z = self.z * math.cos(angle) + self._towards * math.sin(angle)
        self._move(np.where(self._free(), z, self.z))
