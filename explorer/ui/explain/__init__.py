"""The Explain panel: objective of a page, what to look at, and what to try."""

from explorer.ui.explain.explain import Explain
from explorer.ui.explain.formulas import typesetter

__all__ = ["Explain", "typesetter"]
