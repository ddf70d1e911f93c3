"""What differs between the settings of two runs, in the words of the window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from explorer.data import Source, source
from explorer.engine.compare.pair import ComparedRun, Pair
from explorer.engine.naming import data_words, value_words
from explorer.engine.setup import Setup
from models.protocol import Param, params_of

__all__ = ["Difference", "Differences", "differences"]

_DIGITS = 8  # of a digest that is shown
_NOT = "–"  # what one run alone has


@dataclass(frozen=True)
class Difference:
    """Something that differs between two runs.

    Attributes:
        name: As the window words it.
        first, second: Its values in the two runs.
    """

    name: str
    first: str
    second: str


@dataclass(frozen=True)
class Differences:
    """The comparison of two runs.

    Attributes:
        rows: What differs.
        equal: Number of settings that are equal.
    """

    rows: tuple[Difference, ...]
    equal: int


@dataclass(frozen=True)
class _Setting:
    """A setting of one run: name, value (None where it has no effect), and the value in words."""

    name: str
    value: Any
    words: str


def differences(pair: Pair) -> Differences:
    """Which settings differ, and what differs of the runs' data, lengths and live changes.

    Settings are those that a run began with. A parameter that has no effect in one run says so, and is left out where
    it has none in either.
    """
    first, second = (compared.run.setup for compared in pair)
    ones, others = _dataset(first.data), _dataset(second.data)
    if ones is None or others is None or ones.name != others.name:
        ones = others = None
    before, after = _settings(first, ones), _settings(second, others)
    both = [(before[key], after[key]) for key in before]
    both = [(one, other) for one, other in both if one.value is not None or other.value is not None]
    rows = [_difference(one, other) for one, other in both if one.value != other.value]
    return Differences((*rows, *_of_content(pair), *_of_training(pair)), len(both) - len(rows))


def _dataset(text: str) -> Source | None:
    """The dataset of a run, or None where this version does not know it."""
    try:
        return source(text)
    except ValueError:
        return None


def _settings(setup: Setup, dataset: Source | None) -> dict[str, _Setting]:
    """The settings of a run by key, in the order of the window.

    Args:
        setup: The setup.
        dataset: Where given, its parameters are settings of their own; else the words for the data name them.
    """
    data = setup.data if dataset is None else dataset.name
    settings = {"dataset": _Setting("Dataset", data, data_words(data))}
    for owner in (dataset, setup.config, setup.training):
        for name, declared in {} if owner is None else params_of(type(owner)).items():
            prefix = "Dataset: " if owner is dataset else ""
            settings[f"{type(owner).__name__}.{name}"] = _parameter(declared, owner, setup, prefix)
    settings["seed"] = _Setting("Seed", setup.seed, str(setup.seed))
    settings["device"] = _Setting("Device", setup.device, setup.device)
    return settings


def _parameter(declared: Param, owner: Any, setup: Setup, prefix: str) -> _Setting:
    value: Any = getattr(owner, declared.name)
    name = prefix + (f"{declared.label}, {declared.unit}" if declared.unit else declared.label)
    if not declared.applies(owner):
        return _Setting(name, None, "no effect")
    parent = setup.parents.get(declared.name) if declared.run_of else None
    if parent is not None:
        return _Setting(name, (value, parent.digest), f"{value}, step {parent.step}")
    return _Setting(name, value, value_words(declared, value) or "none")


def _difference(one: _Setting, other: _Setting) -> Difference:
    """Two values that differ, with all their digits where fewer do not tell them apart."""
    if one.words == other.words:
        return Difference(one.name, str(one.value), str(other.value))
    return Difference(one.name, one.words, other.words)


def _of_content(pair: Pair) -> Iterator[Difference]:
    """Data of one name that differ, such as a drawing that was changed between the runs."""
    first, second = (compared.run for compared in pair)
    digests = [str(run.config.get("data_digest"))[:_DIGITS] for run in (first, second)]
    if first.setup.data == second.setup.data and digests[0] != digests[1]:
        yield Difference("Content of the data", *digests)


def _of_training(pair: Pair) -> Iterator[Difference]:
    """How far the runs are, and what was changed while they trained."""
    ended = all(compared.step == compared.setup.training.steps for compared in pair)  # the setting "Steps" tells then
    if pair.first.step != pair.second.step and not ended:
        yield Difference("Steps done", str(pair.first.step), str(pair.second.step))
    first, second = (_changes(compared) for compared in pair)
    for name in dict.fromkeys([*first, *second]):
        if first.get(name) != second.get(name):
            yield Difference(name, first.get(name, _NOT), second.get(name, _NOT))


def _changes(compared: ComparedRun) -> dict[str, str]:
    """By name: the parameters that were changed live, and the players that made updates alone."""
    setup = compared.run.setup
    declared = {**params_of(type(setup.config)), **params_of(type(setup.training))}
    made: dict[str, list[str]] = {}
    for change in compared.changes:
        for name, value in change.get("set", {}).items():
            words = f"{value_words(declared[name], value)} after step {change['step']}"
            made.setdefault(f"{declared[name].label}, changed", []).append(words)
    told = {name: words[0] if len(words) == 1 else f"{words[-1]}, {len(words)} changes" for name, words in made.items()}
    alone = Counter(str(change["player"]) for change in compared.changes if "player" in change)
    return told | {f"Updates of the {player} alone": str(count) for player, count in alone.items()}
