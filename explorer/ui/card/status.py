"""The status of a card: the text beside its title."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CardStatus"]


@dataclass
class CardStatus:
    """The parts of a card's subtitle.

    Attributes:
        frozen: "frozen at step 1 250" where the card keeps its picture, else "".
        live: The picture shows the present while other cards show a recorded step.
        weights: "averaged weights" or "raw weights" where the model has both, else "".
        state: The step of the picture where it is not the newest one, "step 1 250, last good", else "".
        subtitle: Subtitle of the frame; `state` replaces it.
        drawn: Slow motion draws on the picture, whose own subtitle then says what it shows.
    """

    frozen: str = ""
    live: bool = False
    weights: str = ""
    state: str = ""
    subtitle: str = ""
    drawn: bool = False

    def text(self, empty: bool) -> str:
        """The subtitle; without a picture (`empty`) it says neither that it is live nor whose weights are shown.

        A frozen picture does not follow what the other cards show: its own words are all that is said of it.
        """
        if self.frozen:
            return ", ".join(part for part in (self.frozen, self.subtitle) if part)
        live = "live, not rewound" if self.live and not empty else ""
        weights = "" if empty else self.weights
        parts = (self.subtitle,) if self.drawn else (live, weights, self.state or self.subtitle)
        return ", ".join(part for part in parts if part)
