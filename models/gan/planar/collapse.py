"""Whether a generator has collapsed, in one sentence that names the modes it lost."""

from __future__ import annotations

from collections.abc import Sequence

from models.exact.modes import ModeCounts

__all__ = ["verdict"]

_LISTED = 8  # names that fit into a sentence


def verdict(counts: ModeCounts, names: Sequence[str], *, begun: bool) -> tuple[str, bool]:
    """Describes which modes hold samples, and says whether the generator has collapsed.

    A mode holds samples if at least 2 % of all samples lie near it. The generator has collapsed

    - if at most half of the modes hold samples, and at most half are the nearest mode of at least 2 % of the samples;
    - or if no mode holds samples, and at most a quarter are the nearest mode of at least 2 % of them: a collapsed
      generator moves from mode to mode.

    Args:
        counts: Samples by mode.
        names: Names of the modes.
        begun: Whether the generator has been trained for a while. Before that, all samples lie close together anyway.

    Returns:
        The sentence, and whether the generator has collapsed.
    """
    k, held = len(names), int(counts.held.sum())
    lost = [name for name, holds in zip(names, counts.held.tolist(), strict=True) if not holds]
    if not lost:
        return f"All {k} modes hold samples.", False
    if not begun:
        return f"{held} of {k} modes hold samples; training has just begun.", False
    if held == 0:
        claimed = [name for name, nearest in zip(names, counts.claimed.tolist(), strict=True) if nearest]
        if len(claimed) * 4 <= k:
            return f"Collapsed: nearly all samples lie between the {k} modes; nearest: {_listed(claimed)}.", True
        return f"None of {k} modes holds 2 % of the samples yet.", False
    if held * 2 <= k and int(counts.claimed.sum()) * 2 <= k:
        return f"Collapsed: {held} of {k} modes hold samples; lost: {_listed(lost)}.", True
    return f"{held} of {k} modes hold samples; missing: {_listed(lost)}.", False


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _LISTED
    return ", ".join(names[:_LISTED]) + (f" and {more} more" if more > 0 else "")
