"""Two runs of one page side by side: settings that differ, curves over one another, views of both. No Qt."""

from explorer.engine.compare.curves import LastValues, captioned, compared_curves, last_values
from explorer.engine.compare.differences import Difference, Differences, differences
from explorer.engine.compare.pair import LETTERS, ComparedRun, Pair, read_pair
from explorer.engine.compare.pictures import Pictures, Side

__all__ = [
    "LETTERS",
    "ComparedRun",
    "Difference",
    "Differences",
    "LastValues",
    "Pair",
    "Pictures",
    "Side",
    "captioned",
    "compared_curves",
    "differences",
    "last_values",
    "read_pair",
]
