"""Whether a generator has collapsed, in one sentence that says where its samples are."""

from __future__ import annotations

from collections.abc import Sequence

from models.exact.modes import LEADS, ModeCounts

__all__ = ["verdict"]

_LISTED = 4  # names that fit into a sentence
_ALL = 0.98  # share of the samples that is called all


def verdict(counts: ModeCounts, names: Sequence[str], *, begun: bool, hopping: bool = False) -> tuple[str, bool]:
    """Describes which modes hold samples, and says whether the generator has collapsed.

    A sample is on the mode that is nearest to it, if that is within half of the distance between neighbouring modes. A
    mode is held if at least 2 % of all samples are on it. The generator has collapsed

    - if at most half of the modes are held, and at most half are the nearest mode of at least 2 % of the samples;
    - if no mode is held, and at most a quarter are the nearest mode of at least 2 % of the samples.

    Args:
        counts: Samples by mode.
        names: Names of the modes.
        begun: Whether the generator has been trained for a while. Before that, all samples lie close together anyway.
        hopping: Whether the samples have lately moved from mode to mode.

    Returns:
        The sentence, and whether the generator has collapsed.
    """
    if not int(counts.nearest.sum()):
        return "No sample has a finite position", begun
    k, held = len(names), int(counts.held.sum())
    claimed = [name for name, nearest in zip(names, counts.claimed.tolist(), strict=True) if nearest]
    few = len(claimed) * 4 <= k if held == 0 else held * 2 <= k and len(claimed) * 2 <= k
    if begun and few:
        return f"{_place(counts, names, claimed)}{'; hopping' if hopping else ''}", True
    if held == 0:
        return f"None of {k} modes held yet", False
    lost = [name for name, holds in zip(names, counts.held.tolist(), strict=True) if not holds]
    return (f"{held} of {k} modes held; missing: {_listed(lost)}" if lost else f"All {k} modes held"), False


def _place(counts: ModeCounts, names: Sequence[str], claimed: Sequence[str]) -> str:
    """Where the samples of a collapsed generator are."""
    k, held = len(names), int(counts.held.sum())
    share = float(counts.nearest.max()) / counts.n
    many = "All samples" if share >= _ALL else f"{100 * share:.0f} % of the samples"
    if held == 0:
        if len(claimed) > 1:
            return f"All samples between modes, nearest to {_listed(claimed)}; none of {k} held"
        return f"{many} off the modes, nearest to {_listed(claimed)}; none of {k} held"
    if share >= LEADS:
        return f"{many} on one mode, {names[int(counts.nearest.argmax())]}; {k - held} of {k} lost"
    holding = [name for name, holds in zip(names, counts.held.tolist(), strict=True) if holds]
    on = f"one mode, {holding[0]}" if held == 1 else f"{held} modes, {_listed(holding)}"
    return f"Samples on {on}; {k - held} of {k} lost"


def _listed(names: Sequence[str]) -> str:
    """The names as A, as A and B, as A, B and C, or as A, B, C, D and 2 more."""
    if len(names) > _LISTED + 1:
        return f"{', '.join(names[:_LISTED])} and {len(names) - _LISTED} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
