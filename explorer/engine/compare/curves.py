"""The curves of two runs over one another, and the last values of their metrics."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import dataclass

import numpy as np

from explorer.engine.compare.pair import LETTERS, ComparedRun, Pair
from explorer.engine.runs.curves import Followed, followed_metrics, metrics_of_page, sharing_steps
from models.frames import Curves, Frame, Series
from models.protocol import Metric

__all__ = ["LastValues", "captioned", "compared_curves", "last_values"]

_ROLES = ("total", "alt")  # of the first run, and of its rival
_HELD_OUT = "held_out."


@dataclass(frozen=True)
class LastValues:
    """The newest values of a metric of two runs.

    Attributes:
        key: Under which it is stored.
        name: Its label and unit.
        first, second: The values; None where a run has not measured it.
    """

    key: str
    name: str
    first: float | None
    second: float | None


def compared_curves(pair: Pair) -> Curves:
    """Each metric of both runs in a pane of its own, the first run solid, the second dotted and in another colour.

    Equilibria and the values of a perfect model are dashed; one line stands for both runs where it is the same.
    """
    curves = [_followed(pair, compared) for compared in pair]
    log = {metric.pane for metric in pair.page.metrics if metric.log}
    series: list[Series] = []
    log_panes: list[str] = []
    for key in dict.fromkeys(itertools.chain(*curves)):
        both = [followed.get(key) for followed in curves]
        curve = next(each.curve for each in both if each is not None)
        pane = f"{curve.label}, {curve.unit}" if curve.unit else curve.label
        log_panes += [pane] if curve.pane in log else []
        series += [_of_run(each.curve, place, pane) for place, each in enumerate(both) if each is not None]
        series += _references(both, pane)
    return Curves(sharing_steps(series), x_label="step", log_panes=tuple(log_panes))


def captioned(frame: Frame, pair: Pair) -> Frame:
    """A picture of both runs with a subtitle that says which is which, for use outside of the window."""
    runs = (f"{letter}: {run.name}, step {run.step:,}" for letter, run in zip(LETTERS, pair, strict=True))
    return dataclasses.replace(frame, subtitle="; ".join(runs))


def last_values(pair: Pair) -> list[LastValues]:
    """The newest values of the metrics of the page, as far as one of the runs has measured them."""
    first, second = (compared.history.last() for compared in pair)
    names = {key: name for metric in metrics_of_page(pair.page) for key, name in _names(metric).items()}
    return [
        LastValues(key, name, first.get(key), second.get(key))
        for key, name in names.items()
        if key in first or key in second
    ]


def _names(metric: Metric) -> dict[str, str]:
    """The keys under which a metric is stored, and its label and unit for each."""
    held_out = "held out" if metric.source == "train" else ""
    words = {metric.key: "", f"{_HELD_OUT}{metric.key}": held_out}
    if metric.null:
        words[f"{_HELD_OUT}{metric.null}"] = "data against data"
    return {key: ", ".join(filter(None, (metric.label, word, metric.unit))) for key, word in words.items()}


def _followed(pair: Pair, compared: ComparedRun) -> dict[str, Followed]:
    """The metrics of a run by key."""
    return {each.curve.key: each for each in followed_metrics(pair.page, compared.history, compared.setup.config)}


def _of_run(series: Series, place: int, pane: str, words: str = "") -> Series:
    """A series as one of the first or the second run."""
    letter = LETTERS[place]
    return dataclasses.replace(
        series,
        key=f"{letter}.{series.key}",
        label=f"{letter}, {words}" if words else letter,
        role=_ROLES[place],
        pane=pane,
        dotted=place == 1 and not series.dashed,
    )


def _references(both: list[Followed | None], pane: str) -> list[Series]:
    """The dashed lines of a metric: one where those of the runs are equal, else one of each run."""
    found: dict[str, list[tuple[int, Series]]] = {}
    for place, each in enumerate(both):
        if each is not None:
            for series in each.references:
                words = series.label.removeprefix(f"{each.curve.label}, ")
                found.setdefault(words, []).append((place, series))
    lines: list[Series] = []
    for words, runs in found.items():
        (_, first), (_, last) = runs[0], runs[-1]
        if len(runs) == 2 and np.array_equal(first.y, last.y):
            longer = max(first, last, key=lambda series: float(series.x[-1]))
            lines.append(dataclasses.replace(longer, label=words, role="total", pane=pane))
        else:
            lines += [_of_run(series, place, pane, words) for place, series in runs]
    return lines
