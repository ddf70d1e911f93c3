"""The strip of slow motion: the player at work, the phase, what happens in it, and its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from explorer.engine.session.slow_motion import PACE, PhaseReport
from explorer.ui.controls import Button, ElidedLabel, Segmented, text_label
from explorer.ui.numbers import count, number
from explorer.ui.page.state.shown import PlayerInfo, Shown
from explorer.ui.theme import Theme, Tokens, color, ui_font
from models.protocol import GenerativeModel, Term

__all__ = ["SlowStrip", "updates_of"]

_SPEEDS = {0.5: "½×", 1.0: "1×", 2.0: "2×", 8.0: "8×"}
_MOST = 5  # numbers in the line
_BAR, _GAP = 34.0, 6.0  # px: least width of a bar with its name over it, space between updates
_OTHERS = {"loss": "loss", "gradient": "norm of the gradient", "lr": "learning rate"}
_WORDS = {"draw": "Draw", "forward": "Forward", "backward": "Backward", "update": "Update"}


class _Round(QWidget):
    """A round as a row of short bars, one a phase, in the colours of the players; phases to come are faint."""

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens = theme.tokens
        self._players: Sequence[PlayerInfo] = ()
        self._number, self._count = 0, 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(22)
        self.setAccessibleName("Phases of the round")
        theme.changed.connect(self.apply_theme)

    def show_phase(self, players: Sequence[PlayerInfo], number: int, count: int) -> None:
        """Shows how far the round is."""
        self._players, self._number, self._count = players, number, count
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
        """The smallest size at which phases can be told apart."""
        return QSize(80, 22)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the bars; over them the names of the phases, or of the players where there are several updates."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(ui_font(11, 600))
        updates = updates_of(self._players, self._count)
        phases = [phase for _, names in updates for phase in names]
        wanted = [max(_BAR, painter.fontMetrics().horizontalAdvance(phase) + _GAP + 1) for phase in phases]
        is_named = len(updates) == 1 and sum(wanted) <= self.width()
        even = min(_BAR, (self.width() - _GAP * (len(updates) - 1)) / max(1, len(phases)))
        widths, place, x = iter(wanted if is_named else [even] * len(phases)), 0, 0.0
        for number_, (player, names) in enumerate(updates):
            ink = self._tokens.role(player.role)
            if not is_named and (number_ == 0 or updates[number_ - 1][0] is not player):
                _write(painter, x, player.name, ink)
            for name in names:
                place, width, now = place + 1, next(widths), place + 1 == self._number
                if is_named:
                    _write(painter, x, name, ink if now else self._tokens.text3)
                high = 7.0 if now else 4.0
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(color(ink, 1.0 if place <= self._number else 0.25))
                box = QRectF(x, 17.5 - high / 2, max(1.0, width - 2), high)
                painter.drawRoundedRect(box, high / 2, high / 2)
                x += width
            x += _GAP
        painter.end()


def updates_of(players: Sequence[PlayerInfo], count: int) -> list[tuple[PlayerInfo, tuple[str, ...]]]:
    """The updates of a round of `count` phases with the names of their phases, some repeated for each micro-batch."""
    updates = [player for player in players for _ in range(player.updates)]
    of_a_part = sum(len(player.forward_phases) + 1 for player in updates)
    parts = (count - 2 * len(updates)) // max(1, of_a_part)
    return [(player, ("draw", *(*player.forward_phases, "backward") * parts, "update")) for player in updates]


def _write(painter: QPainter, x: float, text: str, ink: str) -> None:
    painter.setPen(color(ink))
    painter.drawText(QPointF(x, 11.0), text)


class SlowStrip(QFrame):
    """Shown while training goes on phase by phase.

    Signals:
        paced: Seconds that a phase is to take.
        next_asked: The next phase is to be played at once.

    Args:
        theme: Colours.
        shown: What the page shows; its metrics name the values.
    """

    paced = Signal(float)
    next_asked = Signal()

    def __init__(self, theme: Theme, shown: Shown, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("slow_strip")
        self.setProperty("panel", "bar")
        self.setProperty("edge", "bottom")
        self._theme = theme
        self._shown = shown
        page = shown.page_class
        self._metrics = {m.key: m for m in (page.metrics if issubclass(page, GenerativeModel) else ())}
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
        shown.players_changed.connect(self.show_rest)
        self.hide()

    @Slot()
    def show_rest(self) -> None:
        """Shows that no phase is under way, and how to begin."""
        self._report = None
        players = self._shown.players
        self._round.show_phase(players, 0, sum(player.updates * (len(player.forward_phases) + 3) for player in players))
        self.where.setText("")
        self.values.setText("")
        self._say("", "Train plays each phase in turn, Next phase one at a time.")

    @Slot(object)
    def show_phase(self, report: PhaseReport) -> None:
        """Shows the phase that was just played."""
        self._report = report
        phase = report.phase
        self._round.show_phase(self._shown.players, phase.number, phase.count)
        self.where.setText(f"step {count(report.step)}, phase {phase.number} of {phase.count}")
        own = [f"{name} {number(value)}" for name, value in report.picture.values.items()]
        self.values.setText(" · ".join((*self._value_texts(phase.player, self._new_values(report)), *own)))
        self._say(f"{phase.player.capitalize()}, {_WORDS.get(phase.name, phase.name).lower()}", phase.explanation)

    def _say(self, title: str, sentence: str) -> None:
        self.title.setText(title)
        self.title.setVisible(bool(title))
        self.explanation.setText(sentence)
        self._keep_height()
        self.apply_theme(self._theme.tokens)
        spoken = ". ".join(part for part in (self.where.text(), title, sentence, self.values.text()) if part)
        self.setAccessibleName("Slow motion")
        self.setAccessibleDescription(spoken)

    def _keep_height(self) -> None:
        """Reserves the lines of the longest sentence so far, so that the cards below stay where they are."""
        lines = self.explanation.heightForWidth(self.explanation.width())
        self.explanation.setMinimumHeight(max(lines, self.explanation.minimumHeight()) if self._report else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Reserves anew: at another width sentences take other lines."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.explanation.setMinimumHeight(0)

    def _new_values(self, report: PhaseReport) -> dict[str, float]:
        """The numbers that the phase adds: after the forward pass those that have a name, later only the new one."""
        added = {"backward": ("gradient",), "update": ("lr",)}.get(report.phase.name)
        if added is not None:
            return {key: report.values[key] for key in added}
        terms = [term.metric for term in self._terms() if term.metric in report.values]
        keys = dict.fromkeys((*terms, "loss", *report.values))
        return {key: report.values[key] for key in keys if key in report.values and self._label(report, key)}

    def _terms(self) -> tuple[Term, ...]:
        page = self._shown.page_class
        return page.objective_of(self._shown.config).terms if issubclass(page, GenerativeModel) else ()

    def _label(self, report: PhaseReport, key: str) -> str:
        """Name of a metric, or "" for one that has none: a key of the program is no name."""
        if key == "loss":
            own = self._metrics.get(f"{report.phase.player}_loss")
            return "loss" if own is None else own.label
        metric = self._metrics.get(key)
        return "" if metric is None else metric.label

    def _value_texts(self, player: str, values: Mapping[str, float]) -> list[str]:
        """Each number with one name and its unit; one that is another, or its negative, is left out."""
        texts: list[str] = []
        printed: set[str] = set()
        for key, value in values.items():
            if number(abs(value)) in printed:
                continue
            printed.add(number(abs(value)))
            metric = self._metrics.get(f"{player}_loss" if key == "loss" else key)
            label = _OTHERS.get(key, key) if metric is None else metric.label
            unit = f" {metric.unit}" if metric is not None and metric.unit else ""
            texts.append(f"{label} {number(value)}{unit}")
        return texts[:_MOST]

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Writes the title in the colour of the player."""
        if self._report is None:
            return
        name = self._report.phase.player
        role = next((player.role for player in self._shown.players if player.name == name), "total")
        self.title.setStyleSheet(f"color: {tokens.role(role)};")

    @Slot(object, object)
    def _on_speed(self, _before: object, _speed: object) -> None:
        self.paced.emit(PACE / float(self.speed.value))
