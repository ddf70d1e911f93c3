"""Whether a generator has collapsed, in one sentence that says where its samples are."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from models.exact.modes import LEADS, ModeCounts

__all__ = ["verdict"]

_LISTED = 4  # names that fit into a sentence
_CLOSE = 0.5  # share of the samples within 3 standard deviations from which they are said to be on modes
_ALL = 0.98  # share of the samples that is called all


def verdict(counts: ModeCounts, names: Sequence[str], *, begun: bool, hopping: bool = False) -> tuple[str, bool]:
    """Describes which modes hold samples, and says whether the generator has collapsed.

    A mode is held if at least 2 % of all samples are within 3 standard deviations of it: samples are said to be on
    modes only if half of them are that close. It is reached if at least 2 % are within half of the distance between
    neighbouring modes.
    The generator has collapsed

    - if at most half of the modes are reached, and at most half are the nearest mode of at least 2 % of the samples;
    - if no mode is reached, and at most a quarter are the nearest mode of at least 2 % of the samples.

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
    k, held, reached = len(names), int(counts.held.sum()), int(counts.reached.sum())
    claimed = _chosen(names, counts.claimed)
    few = len(claimed) * 4 <= k if reached == 0 else reached * 2 <= k and len(claimed) * 2 <= k
    if begun and few:
        return f"{_place(counts, names, claimed)}{'; hopping' if hopping else ''}", True
    if held == 0:
        return f"None of {k} modes held yet", False
    lost = _chosen(names, ~counts.held)
    return (f"{held} of {k} modes held; missing: {_listed(lost)}" if lost else f"All {k} modes held"), False


def _place(counts: ModeCounts, names: Sequence[str], claimed: Sequence[str]) -> str:
    """Where the samples of a collapsed generator are."""
    k, held, reached = len(names), int(counts.held.sum()), _chosen(names, counts.reached)
    share, first = float(counts.nearest.max()) / counts.n, int(counts.nearest.argmax())
    many = "All samples" if share >= _ALL else f"{100 * share:.0f} % of the samples"
    close = int(counts.good.sum()) >= _CLOSE * counts.n
    left = f"{k - held} of {k} lost" if held else f"none of {k} held"
    if not reached:
        if len(claimed) > 1:
            return f"All samples between modes, nearest to {_listed(claimed)}; {left}"
        return f"{many} off the modes, nearest to {_listed(claimed)}; {left}"
    if share >= LEADS:
        where = f"one mode, {names[first]}"
        return f"{many} {f'on {where}' if close else f'nearest to {where}, {_within(counts)} of it'}; {left}"
    which = f"one mode, {reached[0]}" if len(reached) == 1 else f"{len(reached)} modes, {_listed(reached)}"
    if close and bool((counts.held == counts.reached).all()):
        return f"Samples on {which}; {left}"
    return f"Samples nearest to {which}, {_within(counts)} of {'it' if len(reached) == 1 else 'them'}; {left}"


def _within(counts: ModeCounts) -> str:
    """How many samples are close to a mode: "none within 3 std", "4 % within 3 std"."""
    close = int(counts.good.sum())
    share = 100 * close / counts.n
    return f"{'none' if not close else f'{share:.0f} %' if share >= 1 else 'under 1 %'} within 3 std"


def _chosen(names: Sequence[str], which: Tensor) -> list[str]:
    """The names for which a tensor of booleans, (k,), is true."""
    return [name for name, one in zip(names, which.tolist(), strict=True) if one]


def _listed(names: Sequence[str]) -> str:
    """The names as A, as A and B, as A, B and C, or as A, B, C, D and 2 more."""
    if len(names) > _LISTED + 1:
        return f"{', '.join(names[:_LISTED])} and {len(names) - _LISTED} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
