"""The curves of a run, from its history and its page's metrics."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer.engine.runs.history import Curve, History, metrics_of
from explorer.engine.runs.run import Run
from explorer.engine.runs.setup_history import SetupHistory
from explorer.engine.setup import model_page
from models.frames import Curves, Series
from models.protocol import GenerativeModel, Metric

__all__ = [
    "Followed",
    "followed_metrics",
    "loss_curves",
    "metrics_of_page",
    "read_history",
    "run_curves",
    "sharing_steps",
]

# Metrics that belong to the kind of data, whatever the page.
_OF_DATA = (
    Metric("modes", "Modes", role="data", pane="modes", better="higher", source="samples"),
    Metric("high_quality_percent", "High quality", "%", role="model", pane="percent", source="samples"),
    Metric("precision", "Precision", role="model", pane="precision", better="higher", source="samples"),
    Metric("recall", "Recall", role="data", pane="precision", better="higher", source="samples"),
)


@dataclass(frozen=True)
class Followed:
    """A metric over the steps, and the dashed lines with which it is compared.

    Attributes:
        curve: The metric.
        references: Its equilibrium, and the value that a perfect model would have, as far as it declares them.
    """

    curve: Series
    references: tuple[Series, ...] = ()


def loss_curves(page: type[GenerativeModel], history: History, config: Any) -> Curves:
    """Every metric of a config over the steps: at each step from the loss, at some from held-out data and samples.

    Args:
        page: Whose metrics they are.
        history: What was measured.
        config: Of the run, for equilibria.
    """
    series = [one for each in followed_metrics(page, history, config) for one in (each.curve, *each.references)]
    panes = {metric.pane for metric in page.metrics if metric.log} & {one.pane for one in series}
    changes = tuple(map(float, history.changed))
    return Curves(sharing_steps(series), x_label="step", log_panes=tuple(sorted(panes)), changes=changes)


def followed_metrics(page: type[GenerativeModel], history: History, config: Any) -> list[Followed]:
    """The plotted metrics of a config that were measured, in the order in which the page declares them."""
    metrics = [metric for metric in metrics_of_page(page) if metric.plotted and metric.followed(config)]
    keys = [metric.key for metric in metrics if metric.source == "train" and metric.key in history]
    trained = {key: history.curve(key) for key in keys}
    last = max((int(curve.step[-1]) for curve in trained.values()), default=0)
    followed = []
    for metric in metrics:
        if metric.key in trained:
            curve = _series(metric, trained[metric.key], metric.key, metric.label, smooth=True)
            null = _null(metric, history, metric.null, metric.null_label, "data")
            followed.append(Followed(curve, (*_equilibrium(metric, config, last), *null)))
        if metric.source != "train" or metric.key == page.validation:
            followed += _held_out(metric, history)
    return followed


def metrics_of_page(page: type[GenerativeModel]) -> list[Metric]:
    """The metrics that a page declares, then those that belong to the kind of data."""
    declared = {metric.key for metric in page.metrics}
    return [*page.metrics, *(metric for metric in _OF_DATA if metric.key not in declared)]


def run_curves(run: Run) -> Curves:
    """The curves of a run on disk, under the config with its live changes.

    Raises:
        RunError: A line of its metrics or of its changes is damaged.
    """
    return loss_curves(model_page(run.setup.page), read_history(run), SetupHistory.of(run).at(None).config)


def read_history(run: Run) -> History:
    """What a run on disk has measured.

    Raises:
        RunError: A line of its metrics is damaged.
    """
    history, rates = History(), set(model_page(run.setup.page).rates)
    history.changed = SetupHistory.of(run).changed_steps()
    for line in run.metrics():
        history.add(line["step"], metrics_of(line, rates))
    return history


def sharing_steps(series: Iterable[Series]) -> tuple[Series, ...]:
    """The same series, those over the same steps with one and the same array of them: it is looked at once."""
    known: dict[int, np.ndarray] = {}
    shared = []
    for each in series:
        x = known.setdefault(len(each.x), each.x)
        shared.append(dataclasses.replace(each, x=x) if x is not each.x and np.array_equal(x, each.x) else each)
    return tuple(shared)


def _held_out(metric: Metric, history: History) -> list[Followed]:
    """A metric of held-out data or samples; none where it was not measured."""
    key = f"held_out.{metric.key}"
    if key not in history:
        return []
    beside = metric.source == "train"
    label, role = (f"{metric.label}, held out", "alt") if beside else (metric.label, metric.role)
    curve = _series(metric, history.curve(key), key, label, smooth=False, role=role)
    null, null_role = (f"{metric.null_label}, held out", role) if beside else (metric.null_label, "data")
    return [Followed(curve, _null(metric, history, f"held_out.{metric.null}", null, null_role))]


def _equilibrium(metric: Metric, config: Any, last: int) -> tuple[Series, ...]:
    """The dashed line of the value at the game's equilibrium, where there is one."""
    level = None if metric.equilibrium is None else metric.equilibrium(config)
    if level is None:
        return ()
    x, y = np.array([0.0, float(last)]), np.array([level, level])
    key, label = f"{metric.key}.equilibrium", f"{metric.label}, equilibrium"
    return (Series(key, label, x, y, metric.role, metric.pane, metric.unit, dashed=True),)


def _null(metric: Metric, history: History, key: str, label: str, role: str) -> tuple[Series, ...]:
    """The dashed line of the value that a perfect model would have, where it is measured."""
    if not metric.null or key not in history:
        return ()
    curve = history.curve(key)
    return (Series(key, label, curve.step.astype(float), curve.mean, role, metric.pane, metric.unit, dashed=True),)


def _series(metric: Metric, curve: Curve, key: str, label: str, *, smooth: bool, role: str | None = None) -> Series:
    return Series(
        key,
        label,
        curve.step.astype(float),
        curve.mean,
        role or metric.role,
        metric.pane,
        metric.unit,
        low=curve.low if smooth else None,
        high=curve.high if smooth else None,
        smooth=smooth,
    )
