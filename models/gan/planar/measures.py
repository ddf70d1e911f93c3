"""The measures of samples that have no curve on the card of the losses."""

from __future__ import annotations

from models.frames import Curves, Series
from models.protocol import GenerativeModel, RunHistory, param, view

__all__ = ["measures"]

_PANES = {"share": "Precision and recall", "modes": "Modes", "percent": "High quality, %", "kl": "KL of the modes"}


@view("Measures", record=True, help="Further measures of the samples, one group at a time.")
def measures(
    model: GenerativeModel, history: RunHistory, shown: str = param("share", "Show", choices=_PANES)
) -> Curves:
    """The metrics of one pane over the steps."""
    series = []
    for metric in type(model).metrics:
        if metric.pane == shown and metric.source == "samples":
            curve = history.curve(f"held_out.{metric.key}")
            x = curve.step.astype(float)
            series.append(Series(metric.key, metric.label, x, curve.mean, metric.role, _PANES[shown], metric.unit))
    return Curves(tuple(series), y_label=_PANES[shown], subtitle="of samples")
