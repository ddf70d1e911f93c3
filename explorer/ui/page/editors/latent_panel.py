"""The latent panel: sliders of the latent dimensions, 16 of them at first."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from explorer.ui.controls import Button, IconButton, restyle
from explorer.ui.page.editors.latent_row import LatentRow
from explorer.ui.theme import Theme

__all__ = ["LatentPanel", "wander"]

_HEIGHT = 120  # px: two rows and the buttons
_NARROW = 200  # px of width under which a button shows its icon alone
_GAP = 4  # px between two rows, and between rows and buttons
LIMIT = 4.0  # standard deviations of the prior: the first range of the sliders, and the step by which it grows
ROWS = 16  # rows that are made at once: a row is several widgets, and a latent space can have hundreds of dimensions
_WALK = 40  # ms
_CALM = 500  # ms with reduced motion; a leap is as long as the walk would have been
_SPEED = 0.03  # radians a tick
_KEPT = 0.995  # of the walk's velocity from tick to tick


class LatentPanel(QFrame):
    """Sliders of a point in latent space.

    The dimensions with the most KL and those that a map shows have a row; the button "More" adds rows for others.

    Attributes:
        z: The point, (latent,).

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
        self.setMinimumHeight(_HEIGHT)
        self._theme = theme
        self._rows: dict[int, LatentRow] = {}
        self._order: list[int] = []  # all dimensions, those with the most KL first
        self._count = ROWS  # rows of the first in that order
        self._named: tuple[int, ...] = ()  # dimensions that a map shows
        self._locked: set[int] = set()
        self._random = np.random.default_rng()
        self._velocity = np.zeros(0)  # of the walk, (latent,)
        self.z = np.zeros(0)
        self._limit = LIMIT
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 6, 0)
        self._list.setSpacing(_GAP)
        self.more = Button(theme, "More", "chevron-down", "ghost")
        self.more.setObjectName("latent_more")
        self.more.clicked.connect(self._on_more)
        self._list.addWidget(self.more)
        inner = QFrame()
        inner.setLayout(self._list)
        self.more.hide()
        self._list.setAlignment(Qt.AlignmentFlag.AlignTop)
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.sample = Button(theme, "Sample")
        self.sample.setObjectName("latent_sample")
        self.sample.setToolTip("A point from the prior")
        self.sample.setMinimumWidth(self.sample.sizeHint().width())
        self.walk = Button(theme, "Walk", "play")
        self.walk.setObjectName("latent_walk")
        self.walk.setCheckable(True)
        self.walk.setToolTip("Wander through the prior")
        self.origin = IconButton(theme, "reset", "Back to the origin")
        self.origin.setObjectName("latent_origin")
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(_GAP)
        buttons.addWidget(self.sample, 1)
        buttons.addWidget(self.walk, 1)
        buttons.addWidget(self.origin)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_GAP)
        column.addLayout(buttons)  # at the top: a note below the picture moves what is at the bottom
        column.addWidget(scroll, 1)
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
        """Takes the number of latent dimensions; where it is another one, the point goes to the origin."""
        if latent == len(self.z):
            return
        self.z = np.zeros(latent)
        self._order = list(range(latent))
        self._count, self._locked = ROWS, set()
        self._named = tuple(dim for dim in self._named if dim < latent)
        self._remove(list(self._rows))
        self._limit = LIMIT
        self._show_rows()

    def set_order(self, importance: np.ndarray) -> None:
        """Sorts the sliders by the KL divergence of their dimensions, (latent,), the largest first."""
        order = np.argsort(-importance, kind="stable").tolist()
        if order == self._order or len(order) != len(self.z) or self._is_held():
            return
        self._order = order
        self._show_rows()

    def show_dims(self, dims: tuple[int, ...]) -> None:
        """Gives a row to dimensions that a map shows, whatever their KL."""
        named = tuple(dim for dim in dims if dim < len(self.z))
        if named != self._named:
            self._named = named
            self._show_rows()

    def _shown_dims(self) -> list[int]:
        """The dimensions that have a row, in order: the first, then those of a map and those that are locked."""
        first = self._order[: self._count]
        return [*first, *sorted((set(self._named) | self._locked) - set(first))]

    def _show_rows(self) -> None:
        """Makes the rows that are missing, removes those that are not shown any more, and puts them in order."""
        dims = self._shown_dims()
        self._remove([dim for dim in self._rows if dim not in dims])
        for place, dim in enumerate(dims):
            if dim not in self._rows:
                self._rows[dim] = self._new_row(dim)
            if self._list.indexOf(self._rows[dim]) != place:
                self._list.removeWidget(self._rows[dim])
                self._list.insertWidget(place, self._rows[dim])
        rest = len(self.z) - len(dims)
        self.more.setVisible(rest > 0)
        self.more.setToolTip(f"Sliders of {min(rest, ROWS)} more of {len(self.z)} dimensions")

    def _new_row(self, dim: int) -> LatentRow:
        row = LatentRow(self._theme, dim, self._limit)
        row.lock.setChecked(dim in self._locked)
        row.set_value(round(float(self.z[dim]), 2))
        row.moved.connect(self._on_row)
        row.locked.connect(self._on_locked)
        return row

    def _remove(self, dims: list[int]) -> None:
        for dim in dims:
            row = self._rows.pop(dim)
            self._list.removeWidget(row)
            row.setParent(None)
            row.deleteLater()

    def set_point(self, z: np.ndarray) -> None:
        """Shows a point without a signal; the range of the sliders grows where the point is outside."""
        self.z = np.array(z, dtype=float)
        furthest = float(np.abs(self.z).max(initial=0.0))
        if furthest > self._limit:
            self._limit = LIMIT * math.ceil(furthest / LIMIT)
            for row in self._rows.values():
                row.set_limit(self._limit)
        for dim, row in self._rows.items():
            row.set_value(round(float(self.z[dim]), 2))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shows the icon of the walk alone where there is no room for its name."""
        super().resizeEvent(event)
        self._show_walk()

    def _show_walk(self) -> None:
        on = self.walk.isChecked()
        name = "Stop" if on else "Walk"
        bare = self.width() < _NARROW
        self.walk.set_face("" if bare else name, "pause" if on else "play")
        restyle(self.walk, bare=bare)
        self.walk.setAccessibleName(name)

    def set_reduced_motion(self, reduced: bool) -> None:
        """Makes the walk leap twice a second instead of gliding."""
        self._timer.setInterval(_CALM if reduced else _WALK)

    def stop(self) -> None:
        """Ends the walk."""
        self.walk.setChecked(False)

    def _is_held(self) -> bool:
        return any(row.slider.isSliderDown() or row.slider.hasFocus() for row in self._rows.values())

    def _free(self) -> np.ndarray:
        """Which dimensions are not locked, (latent,) bool."""
        return np.array([dim not in self._locked for dim in range(len(self.z))], dtype=bool)

    def _move(self, z: np.ndarray) -> None:
        self.set_point(z)
        self.moved.emit(self.z)

    @Slot()
    def _on_more(self) -> None:
        self._count += ROWS
        self._show_rows()

    @Slot(int, bool)
    def _on_locked(self, dim: int, locked: bool) -> None:
        (self._locked.add if locked else self._locked.discard)(dim)

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
        self._show_walk()
        if on:
            self._velocity = self._random.normal(size=len(self.z))
            self._timer.start()
        else:
            self._timer.stop()

    @Slot()
    def _on_walk(self) -> None:
        ticks = self._timer.interval() / _WALK
        if len(self._velocity) != len(self.z):  # another model is shown
            self._velocity = self._random.normal(size=len(self.z))
        z, self._velocity = wander(self.z, self._velocity, _SPEED * ticks, _KEPT**ticks, self._random)
        self._move(np.where(self._free(), z, self.z))


def wander(
    z: np.ndarray, velocity: np.ndarray, angle: float, kept: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """One step of a smooth random walk whose stationary law is the prior N(0, I).

    The pair (z, v) turns by an angle, which is exact Hamiltonian motion in the potential ½|z|², and v is partly drawn
    anew (Horowitz, 1991). Both leave N(0, I) of z and of v as it is; from any other point the walk returns to it.

    Args:
        z: The point, (latent,).
        velocity: Its velocity, (latent,).
        angle: Radians of the turn.
        kept: Correlation of the velocity with the one before, in [0, 1).
        rng: Source of the new part of the velocity.

    Returns:
        The next point and velocity.
    """
    cos, sin = math.cos(angle), math.sin(angle)
    drawn = rng.normal(size=len(z))
    return cos * z + sin * velocity, kept * (cos * velocity - sin * z) + math.sqrt(1 - kept**2) * drawn
