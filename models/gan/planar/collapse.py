"""Whether a generator has collapsed, in one sentence that names the modes it lost."""

from __future__ import annotations

from collections.abc import Sequence

from models.exact.modes import ModeCounts

__all__ = ["verdict"]

_LISTED = 8  # names that fit into a sentence


def verdict(counts: ModeCounts, names: Sequence[str], *, begun: bool) -> tuple[str, bool]:
    """What is to be said of the modes, and whether it is a warning.

    A mode is held by 2 % of the samples near it. At most half of the modes held is a collapse, unless the samples are
    strewn about the others too, as before they have found them; so is it when no mode is
    held, but nearly all samples lie nearest to a quarter of the modes or less: a collapsed generator hops about modes.

    Args:
        counts: Samples by mode.
        names: Of the modes.
        begun: Whether the generator has learned for a while; before that all samples lie in one heap anyway.

    Returns:
        The sentence, and whether the generator has collapsed.
    """
    k, held = len(names), int(counts.held.sum())
    lost = [name for name, there in zip(names, counts.held.tolist(), strict=True) if not there]
    if not lost:
        return f"All {k} modes hold samples.", False
    if not begun:
        return f"{held} of {k} modes hold samples; learning has just begun.", False
    if held == 0:
        claimed = [name for name, there in zip(names, counts.claimed.tolist(), strict=True) if there]
        if len(claimed) * 4 <= k:
            return f"Collapsed between modes: none of {k} holds 2 % of the samples; nearest: {_listed(claimed)}.", True
        return f"None of {k} modes holds 2 % of the samples yet.", False
    if held * 2 <= k and int(counts.claimed.sum()) * 2 <= k:
        return f"Collapsed: {held} of {k} modes hold samples; lost: {_listed(lost)}.", True
    return f"{held} of {k} modes hold samples; missing: {_listed(lost)}.", False


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _LISTED
    return ", ".join(names[:_LISTED]) + (f" and {more} more" if more > 0 else "")
