"""The status of a card: the text beside its title."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CardStatus"]


@dataclass
class CardStatus:
    """The parts of a card's subtitle.

    Attributes:
        frozen: The card keeps its picture.
        live: The picture shows the present while other cards show a recorded step.
        weights: "averaged weights" or "raw weights" where the model has both, else "".
        state: The step of the picture where it is not the newest one, "step 1 250, last good", else "".
        subtitle: Subtitle of the frame; `state` replaces it.
        drawn: Slow motion draws on the picture, whose own subtitle then says what it shows.
    """

    frozen: bool = False
    live: bool = False
    weights: str = ""
    state: str = ""
    subtitle: str = ""
    drawn: bool = False

    def text(self, empty: bool) -> str:
        """The subtitle; without a picture (`empty`) it says neither that it is live nor whose weights are shown."""
        frozen = "frozen" if self.frozen else ""
        live = "live, not rewound" if self.live and not empty else ""
        weights = "" if empty else self.weights
        parts = (frozen, self.subtitle) if self.drawn else (frozen, live, weights, self.state or self.subtitle)
        return ", ".join(part for part in parts if part)
