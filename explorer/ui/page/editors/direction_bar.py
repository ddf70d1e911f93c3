"""The controls of a direction in latent space: how far along it, and which of those that were kept."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from explorer.ui.controls import Button, Combo, IconButton, Slider, TextBox, text_label
from explorer.ui.controls.scale import Scale
from explorer.ui.numbers import number
from explorer.ui.theme import Theme

__all__ = ["DirectionBar"]

_REACH = 2.0  # times the direction, both ways
_NEW = "as set"


class DirectionBar(QFrame):
    """A slider that moves the latent point along a direction, a list of kept ones, and a name to keep one under.

    Signals:
        moved: How far along, in lengths of the direction, while the slider is moved.
        chosen: Name of a kept direction, or "" for the one that is set on the card.
        keep_asked: Name under which to keep the direction in sight.
        forget_asked: Name of one to forget.

    Attributes:
        shelf: The list, the name and the button that keeps, for the foot of the card.

    Args:
        theme: Colours.
    """

    moved = Signal(float)
    chosen = Signal(str)
    keep_asked = Signal(str)
    forget_asked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self.setAccessibleName("Direction")
        self.slider = Slider(theme, Scale(-_REACH, _REACH, 0.1), 0.0, "prior")
        self.slider.setObjectName("direction.amount")
        self.slider.setAccessibleName("How far along the direction")
        self.slider.setToolTip("Moves the latent point: z + t v")
        self.amount = text_label("t = 0", "caption")
        self.amount.setFixedWidth(56)
        self.names = Combo(theme, {"": _NEW})
        self.names.setObjectName("direction.kept")
        self.names.setAccessibleName("Direction")
        self.name = TextBox()
        self.name.setObjectName("direction.name")
        self.name.setPlaceholderText("Name")
        self.name.setAccessibleName("Name of the direction")
        self.name.setMaxLength(40)
        self.keep = Button(theme, "Keep")
        self.keep.setObjectName("direction.keep")
        self.keep.setToolTip("Keeps the direction in sight under this name, with the run")
        self.keep.setEnabled(False)
        self.forget = IconButton(theme, "close", "Forget this direction", "text3")
        self.forget.setObjectName("direction.forget")
        self.forget.hide()
        upper, lower = QHBoxLayout(), QHBoxLayout()
        upper.addWidget(self.slider, 1)
        upper.addWidget(self.amount)
        lower.addWidget(self.names, 3)
        lower.addWidget(self.forget)
        lower.addWidget(self.name, 2)
        lower.addWidget(self.keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(upper)
        self.shelf = QFrame()
        self.shelf.setLayout(lower)
        for row in (upper, lower):
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(8)
        self.slider.moved.connect(self._on_moved)
        self.names.chosen.connect(self._on_chosen)
        self.name.textChanged.connect(self._on_text)
        self.name.returnPressed.connect(self._on_keep)
        self.keep.clicked.connect(self._on_keep)
        self.forget.clicked.connect(self._on_forget)

    def set_amount(self, amount: float) -> None:
        """Shows how far along without a signal."""
        self.slider.set_number(amount)
        self._say(amount)

    def show_names(self, names: list[str], chosen: str) -> None:
        """Shows the kept directions, and which is chosen."""
        self.names.set_choices({"": _NEW, **{name: name for name in names}}, chosen)
        self.forget.setVisible(bool(chosen))

    def _say(self, amount: float) -> None:
        self.amount.setText(f"t = {number(round(amount, 2))}")

    @Slot(float)
    def _on_moved(self, amount: float) -> None:
        self._say(amount)
        self.moved.emit(amount)

    @Slot(object, object)
    def _on_chosen(self, _before: object, name: object) -> None:
        self.chosen.emit(str(name))

    @Slot(str)
    def _on_text(self, text: str) -> None:
        self.keep.setEnabled(bool(text.strip()))

    @Slot()
    def _on_keep(self) -> None:
        name = self.name.text().strip()
        if name:
            self.name.set_value("")
            self.keep_asked.emit(name)

    @Slot()
    def _on_forget(self) -> None:
        self.forget_asked.emit(str(self.names.value))
