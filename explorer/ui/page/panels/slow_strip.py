"""The strip of slow motion: whose move it is, which phase, what happens in it, and its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from explorer.engine.session.slow_motion import PACE, PhaseReport
from explorer.ui.controls import Button, ElidedLabel, Segmented, text_label
from explorer.ui.numbers import count, number
from explorer.ui.theme import Theme, Tokens, color, ui_font
from models.protocol import Metric

__all__ = ["Mover", "SlowStrip"]

_SPEEDS = {0.5: "½×", 1.0: "1×", 2.0: "2×", 8.0: "8×"}
_WORDS = {"draw": "Draw", "forward": "Forward", "backward": "Backward", "update": "Update"}


@dataclass(frozen=True)
class Mover:
    """A player as the strip shows it: name, updates in a round, and the role whose colour is its own."""

    name: str
    updates: int
    role: str


class _Round(QWidget):
    """A round as a row of short bars, one a phase, in the colour of whose it is; those to come are faint."""

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens = theme.tokens
        self._movers: Sequence[Mover] = ()
        self._number, self._count = 0, 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(22)
        self.setAccessibleName("Phases of the round")
        theme.changed.connect(self.apply_theme)

    def show_phase(self, movers: Sequence[Mover], number: int, count: int) -> None:
        """Shows how far the round is."""
        self._movers, self._number, self._count = movers, number, count
        self.update()

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in other colours."""
        self._tokens = tokens
        self.update()

    def sizeHint(self) -> QSize:
        """Room for a dozen phases."""
        return QSize(240, 22)

    def minimumSizeHint(self) -> QSize:
        """As little as still tells one phase from the next."""
        return QSize(80, 22)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the bars, and the name of each player over its own."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        moves = [mover for mover in self._movers for _ in range(mover.updates)]
        if self._count and moves:
            each, place = self._count // len(moves), 0
            gaps = 6.0 * (len(moves) - 1)
            width = min(34.0, (self.width() - gaps) / self._count)
            x = 0.0
            painter.setFont(ui_font(11, 600))
            for number_, mover in enumerate(moves):
                ink = self._tokens.role(mover.role)
                if number_ == 0 or moves[number_ - 1] is not mover:
                    span = mover.updates * (each * width + 6)
                    painter.setPen(color(ink))
                    painter.drawText(QRectF(x, 0, span - 6, 13), Qt.AlignmentFlag.AlignLeft, mover.name)
                painter.setPen(Qt.PenStyle.NoPen)
                for _ in range(each):
                    place += 1
                    painter.setBrush(color(ink, 1.0 if place <= self._number else 0.25))
                    high = 7.0 if place == self._number else 4.0
                    box = QRectF(x, 17.5 - high / 2, max(1.0, width - 2), high)
                    painter.drawRoundedRect(box, high / 2, high / 2)
                    x += width
                x += 6
        painter.end()


class SlowStrip(QFrame):
    """Shown while training goes on phase by phase.

    Signals:
        paced: Seconds a phase are to take.
        next_asked: The next phase is to come at once.

    Args:
        theme: Colours.
        metrics: The page's, by which values are named.
    """

    paced = Signal(float)
    next_asked = Signal()

    def __init__(self, theme: Theme, metrics: Sequence[Metric], parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("slow_strip")
        self.setProperty("panel", "bar")
        self.setProperty("edge", "bottom")
        self._theme = theme
        self._metrics = {metric.key: metric for metric in metrics}
        self.movers: tuple[Mover, ...] = ()
        self._report: PhaseReport | None = None
        self._round = _Round(theme)
        self.where = text_label("", "caption")
        self.where.setObjectName("slow_where")
        self.speed = Segmented(theme, _SPEEDS, 1.0)
        self.speed.setObjectName("slow_speed")
        self.speed.setAccessibleName("Speed of slow motion")
        self.speed.setToolTip(f"A phase takes {PACE:g} s at 1×")
        self.speed.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.next_button = Button(theme, "Next phase", "step")
        self.next_button.setObjectName("next_phase")
        self.next_button.setToolTip("Hold, and play one phase (,)")
        self.title = text_label("", "title")
        self.title.setObjectName("slow_title")
        self.explanation = text_label("", "prose", wrap=True)
        self.explanation.setObjectName("slow_explanation")
        self.values = ElidedLabel("", "caption")
        self.values.setObjectName("slow_values")
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._round, 1)
        head.addWidget(self.where)
        head.addWidget(self.speed)
        head.addWidget(self.next_button)
        words = QHBoxLayout()
        words.setSpacing(8)
        words.addWidget(self.title, 0, Qt.AlignmentFlag.AlignTop)
        words.addWidget(self.explanation, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 12, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addLayout(words)
        column.addWidget(self.values)
        self.speed.chosen.connect(self._on_speed)
        self.next_button.clicked.connect(self.next_asked)
        theme.changed.connect(self.apply_theme)
        self.hide()

    @property
    def pace(self) -> float:
        """Seconds a phase."""
        return PACE / float(self.speed.value)

    def show_rest(self) -> None:
        """Nothing is under way: says how to begin."""
        self._report = None
        self._round.show_phase(self.movers, 0, sum(mover.updates for mover in self.movers) * 4)
        self.where.setText("")
        self.values.setText("")
        self._say("", "Train plays each phase in turn, Next phase one at a time.")

    def show_phase(self, report: PhaseReport) -> None:
        """Says which phase has just been done."""
        self._report = report
        phase = report.phase
        self._round.show_phase(self.movers, phase.number, phase.count)
        self.where.setText(f"step {count(report.step)}, phase {phase.number} of {phase.count}")
        self.values.setText(" · ".join(self._said(phase.player, key, v) for key, v in report.values.items()))
        self._say(f"{phase.player.capitalize()}, {_WORDS.get(phase.name, phase.name).lower()}", phase.explanation)

    def _say(self, title: str, sentence: str) -> None:
        self.title.setText(title)
        self.title.setVisible(bool(title))
        self.explanation.setText(sentence)
        self.apply_theme(self._theme.tokens)
        spoken = ". ".join(part for part in (self.where.text(), title, sentence, self.values.text()) if part)
        self.setAccessibleName("Slow motion")
        self.setAccessibleDescription(spoken)

    def _said(self, player: str, key: str, value: float) -> str:
        if key == "gradient":
            return f"norm of the gradient {number(value)}"
        if key == "lr":
            return f"learning rate {number(value)}"
        own = self._metrics.get(f"{player}_loss", self._metrics.get("loss")) if key == "loss" else None
        metric = own or self._metrics.get(key)
        label = metric.label if metric is not None else "loss" if key == "loss" else key
        unit = f" {metric.unit}" if metric is not None and metric.unit else ""
        return f"{label} {number(value)}{unit}"

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Writes the title in the colour of the player."""
        if self._report is None:
            return
        name = self._report.phase.player
        role = next((mover.role for mover in self.movers if mover.name == name), "total")
        self.title.setStyleSheet(f"color: {tokens.role(role)};")

    @Slot(object, object)
    def _on_speed(self, _before: object, _speed: object) -> None:
        self.paced.emit(self.pace)
