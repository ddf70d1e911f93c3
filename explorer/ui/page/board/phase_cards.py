"""The cards on which slow motion draws: they show the frames of its phases instead of their own."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal, Slot

from explorer.engine.session.slow_motion import PhaseReport
from explorer.engine.views.requests import Reply
from explorer.ui.card import Card
from explorer.ui.page.state.moment import Moment
from explorer.ui.page.state.shown import Shown

__all__ = ["PhaseCards"]


class PhaseCards(QObject):
    """Shows the frames of phases on cards, and gives the cards their own frames back.

    A card shows the frame of a phase until a later phase of the same update has another one for it, or the next update
    begins, or a person changes an input of its view. Replies that come meanwhile are kept and shown afterwards.

    Signals:
        framed: A card and its own frame, which it shows again.

    Args:
        cards: Cards of the views by name.
        shown: What the page shows; another source ends what phases show.
        moment: Phases are drawn while the page is live.
        parent: The board.
    """

    framed = Signal(object, object)

    def __init__(self, cards: Mapping[str, Card], shown: Shown, moment: Moment, parent: QObject):
        super().__init__(parent)
        self._cards, self._moment = cards, moment
        self._replies: dict[str, Reply] = {}  # the newest for each view, shown or held back
        self._drawn: set[str] = set()
        moment.changed.connect(self.end)
        shown.changed.connect(self._on_shown_changed)

    def draws_on(self, name: str) -> bool:
        """Whether a card shows the frame of a phase."""
        return name in self._drawn

    def holds_back(self, reply: Reply) -> bool:
        """Takes note of a reply for a view; returns whether its card goes on showing a phase instead."""
        name = reply.request.view
        before, self._replies[name] = self._replies.get(name), reply
        if name in self._drawn and before is not None and before.request.stamp != reply.request.stamp:
            self._drawn.remove(name)
            self._cards[name].set_drawn(False)
        return name in self._drawn

    @Slot(object)
    def show_phase(self, report: PhaseReport) -> None:
        """Shows the frames of a phase; the first phase of an update ends what those of the one before have shown."""
        frames = report.picture.frames if self._moment.is_live else {}
        if report.phase.name == "draw":
            self._give_back(self._drawn - frames.keys())
        for name in self._drawn - frames.keys():
            self._cards[name].set_drawn(True)
        for name, frame in frames.items():
            card = self._cards[name]
            if card.show_frame(frame):
                self._drawn.add(name)
                card.set_drawn(True, now=True)

    @Slot()
    def end(self) -> None:
        """Gives all cards their own frames back."""
        self._give_back(set(self._drawn))

    @Slot()
    def _on_shown_changed(self) -> None:
        self.end()
        self._replies.clear()

    def _give_back(self, names: set[str]) -> None:
        self._drawn -= names
        for name in names:
            card, reply = self._cards[name], self._replies.get(name)
            card.set_drawn(False)
            if reply is None:
                card.show_empty()
            elif reply.frame is None:
                card.show_error(reply.error)
            else:
                card.show_frame(reply.frame)
                self.framed.emit(card, reply.frame)
