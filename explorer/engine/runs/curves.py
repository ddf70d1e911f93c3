"""The curves of a run, from its history and its page's metrics."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from explorer.engine.runs.history import Curve, History
from models.frames import Curves, Series
from models.protocol import GenerativeModel, Metric

__all__ = ["loss_curves"]

# Metrics that belong to the kind of data, whatever the page.
_OF_DATA = (
    Metric("modes", "Modes", role="data", pane="modes", better="higher", source="samples"),
    Metric("high_quality_percent", "High quality", "%", role="model", pane="percent", source="samples"),
    Metric("precision", "Precision", role="model", pane="precision", better="higher", source="samples"),
    Metric("recall", "Recall", role="data", pane="precision", better="higher", source="samples"),
)


def loss_curves(page: type[GenerativeModel], history: History, config: Any) -> Curves:
    """Every metric of a config over the steps: at each step from the loss, at some from held-out data and samples.

    Args:
        page: Whose metrics they are.
        history: What was measured.
        config: Of the run, for equilibria.
    """
    present = set(history.keys())
    series: list[Series] = []
    last = 0
    for metric in (*page.metrics, *(extra for extra in _OF_DATA if extra.key not in {m.key for m in page.metrics})):
        if not metric.plotted or not metric.followed(config):
            continue
        if metric.source == "train" and metric.key in present:
            curve = history.curve(metric.key)
            last = max(last, int(curve.step[-1]))
            series.append(_series(metric, curve, metric.key, metric.label, smooth=True))
        held_out = f"held_out.{metric.key}"
        if held_out in present and (metric.source != "train" or metric.key == page.validation):
            curve = history.curve(held_out)
            beside = metric.source == "train"
            label = f"{metric.label}, held out" if beside else metric.label
            series.append(_series(metric, curve, held_out, label, smooth=False, role="alt" if beside else metric.role))
            null = f"held_out.{metric.null}"
            if metric.null and null in present:
                series.append(_null(metric, history.curve(null), null))
        level = None if metric.equilibrium is None else metric.equilibrium(config)
        if level is not None and metric.key in present:
            x, y = np.array([0.0, float(max(last, 1))]), np.array([level, level])
            label = f"{metric.label}, equilibrium"
            series.append(
                Series(f"{metric.key}.equilibrium", label, x, y, metric.role, metric.pane, metric.unit, dashed=True)
            )
    log = {metric.pane for metric in page.metrics if metric.log}
    panes = tuple(sorted(log & {each.pane for each in series}))
    return Curves(_sharing(series), x_label="step", log_panes=panes, changes=tuple(map(float, history.changed)))


def _null(metric: Metric, curve: Curve, key: str) -> Series:
    """The dashed line of the value that a perfect model would have."""
    return Series(
        key, "data against data", curve.step.astype(float), curve.mean, "data", metric.pane, metric.unit, dashed=True
    )


def _sharing(series: list[Series]) -> tuple[Series, ...]:
    """The same series, those over the same steps with one and the same array of them: it is looked at once."""
    known: dict[int, np.ndarray] = {}
    shared = []
    for each in series:
        x = known.setdefault(len(each.x), each.x)
        shared.append(dataclasses.replace(each, x=x) if x is not each.x and np.array_equal(x, each.x) else each)
    return tuple(shared)


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
