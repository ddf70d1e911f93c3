"""Cards: a view with its title, legend, tools, controls and state."""

from explorer.ui.card.card import Card
from explorer.ui.card.ghost import Ghost
from explorer.ui.card.legend import Legend
from explorer.ui.card.menu import EXPORTS

__all__ = ["EXPORTS", "Card", "Ghost", "Legend"]
