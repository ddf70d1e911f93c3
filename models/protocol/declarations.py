"""What a page declares about itself: objective, metrics, presets, scenes and suggestions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Metric", "Objective", "Preset", "Scene", "Term", "Try"]


@dataclass(frozen=True)
class Term:
    """One term of an objective, or one side of an equation of a lab.

    Attributes:
        tex: The term as it is typeset, its sign and weight included.
        metric: Key of the metric it is made of; in a lab, key of its value in `Lab.values`.
        sign: +1 or -1, the sign with which the metric enters.
        weight: Name of the config field that multiplies it, or None.
        role: What its colour says; "" for that of its metric.
    """

    tex: str
    metric: str
    sign: int = 1
    weight: str | None = None
    role: str = ""

    def value(self, metric: float, config: Any) -> float:
        """What the term contributes, given its metric's value."""
        return self.sign * metric * (1.0 if self.weight is None else float(getattr(config, self.weight)))


@dataclass(frozen=True)
class Objective:
    """What is optimised: left-hand side, terms that add up to it, and the metric that holds the sum.

    The equations of a lab have the same form: each is one of these, with a title. Where no sum is meant, `total` is
    None: `tex` is then a line of its own, typeset as it is, and each term a quantity with its value.

    Attributes:
        tex: The left-hand side as it is typeset; "" for none.
        terms: The terms; their values add up to that of `total`.
        total: The sum as a term of its own, or None if the terms are not summed.
        maximised: Whether learning raises it; what is descended is always the loss.
        note: One sentence on which form is descended, or "".
        other: The same quantity, or what it is without weights, in other terms; of a lab, further equations.
        title: Heading of one of these; "" for the objective itself.
        unit: Unit of the terms, where no metric declares it.
    """

    tex: str
    terms: tuple[Term, ...]
    total: Term | None = None
    maximised: bool = True
    note: str = ""
    other: tuple[Objective, ...] = ()
    title: str = ""
    unit: str = ""

    @property
    def forms(self) -> tuple[Objective, ...]:
        """The objective, then its other forms."""
        return (self, *self.other)


@dataclass(frozen=True)
class Metric:
    """A number that is followed while a model trains.

    Attributes:
        key: Name in `metrics.jsonl` and among the results of a loss.
        label: Name in legend and help.
        unit: "nats", "bits/dim", "%", or "".
        role: What the colour says: "total", "data", "model", "prior", "alt".
        pane: Curves of one pane share a scale.
        better: "higher", "lower" or "" where neither is meant.
        source: "train": from the loss, at every step; "valid": from held-out data, on the validation schedule;
            "samples": from samples of the model, on a schedule of steps.
        equilibrium: Given the config, the value at the game's equilibrium, or None.
        when: Given the config, says whether the metric belongs to it; None means always.
        plotted: Whether it is a curve; a term of the objective that is none is still shown with its value.
        help: One sentence for the tooltip.
        log: The scale of its pane is logarithmic.
        null: Key of the value that a perfect model would have, measured in the same way; drawn dashed in the same pane.
        null_label: What its line is called.
    """

    key: str
    label: str
    unit: str = ""
    role: str = "total"
    pane: str = "loss"
    better: str = ""
    source: str = "train"
    equilibrium: Callable[[Any], float | None] | None = None
    when: Callable[[Any], bool] | None = None
    plotted: bool = True
    help: str = ""
    log: bool = False
    null: str = ""
    null_label: str = "data against data"

    def followed(self, config: Any) -> bool:
        """Whether the metric belongs to a config."""
        return self.when is None or self.when(config)


@dataclass(frozen=True)
class Preset:
    """A named combination that is known to work.

    Attributes:
        title: Name in menu and command line.
        data: Dataset as the command line takes it, parameters included ("ring8:std=0.05").
        config: Fields of the page's config that differ from their defaults.
        training: Fields of the training that differ from their defaults.
        device: "cpu" or "cuda": the device it is meant for.
        about: One sentence on what it shows.
    """

    title: str
    data: str
    config: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    device: str = "cpu"
    about: str = ""


@dataclass(frozen=True)
class Try:
    """A suggestion that the window carries out when it is clicked.

    Attributes:
        title: The suggestion, as a sentence.
        set: Config and training fields to set.
        preset: Title of a preset to choose first, or None.
        page: Page to go to, or None for this one.
        scene: Name of the scene to show; one that stays on the page names one.
        card: Name of the view in that scene that the suggestion speaks of, or None for the leading one.
        group: Heading under which it stands with others of the same group, or "".
    """

    title: str
    set: Mapping[str, Any] = field(default_factory=dict)
    preset: str | None = None
    page: str | None = None
    scene: str | None = None
    card: str | None = None
    group: str = ""


@dataclass(frozen=True)
class Scene:
    """A named arrangement of two to five cards that answers one question.

    Attributes:
        name: Name in the row of scenes ("The bound"), unique on the page.
        question: The question it answers ("How far is the bound from the log-likelihood?").
        lead: Name of the leading view.
        beside: Names of the views beside it.
        below: Names of the views below it. "curves" is the card of all metrics over the steps.
        share: Share of the width that the leading view has, or 0 for the usual one.
    """

    name: str
    question: str
    lead: str
    beside: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    share: float = 0.0

    @property
    def views(self) -> tuple[str, ...]:
        """Names of all its views, the leading one first."""
        return (self.lead, *self.beside, *self.below)
