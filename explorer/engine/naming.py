"""The words for a run: its preset, what differs from it and was changed while it trained, its data and parameters."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from explorer.data import SOURCES
from explorer.data.spelling import read_spelling
from explorer.engine.runs.setup_history import SetupHistory
from explorer.engine.setup import Setup, model_page
from explorer.engine.training import training_class
from models.protocol import Param, Preset, params_of

__all__ = ["data_words", "name_of", "name_of_run", "preset_of", "value_words"]

_LENGTH = ("steps", "seconds")  # a run that trains longer is still that of its preset
_CHANGES = 2  # changes that are named


def preset_of(setup: Setup) -> str:
    """Title of the preset that a setup is, however long it trains, or "" where it is none."""
    return next(
        (p.title for p in model_page(setup.page).presets if _same_data(p, setup) and not _changed(p, setup)), ""
    )


def name_of(setup: Setup) -> str:
    """The preset of a setup, or the nearest one of its data with what differs: "Digits, 2-D latent with β 4".

    Where no preset has its data, it is "Custom".
    """
    near = [(len(_changed(p, setup)), p) for p in model_page(setup.page).presets if _same_data(p, setup)]
    if not near:
        return "Custom"
    count, preset = min(near, key=lambda pair: pair[0])
    if count > _CHANGES:
        return f"{preset.title} with {count} changes"
    changes = ", ".join(
        f"{_short(declared)} {value_words(declared, value)}" for declared, value in _changed(preset, setup)
    )
    return f"{preset.title} with {changes}" if changes else preset.title


def name_of_run(setups: SetupHistory, step: int | None = None) -> str:
    """What a run is called: the name of the setup with which it began to train, and when that was changed.

    Args:
        setups: The setup at each step.
        step: The step that is shown: later changes are not named. None for the whole run.
    """
    name, steps = name_of(setups.at(1)), setups.changed_steps(step)
    if not steps:
        return name
    last = f"{steps[-1]:,}".replace(",", "\u2009")
    many = "" if len(steps) == 1 else f" {len(steps)} times, last"
    return f"{name}, changed{many} at step {last}"


def _same_data(preset: Preset, setup: Setup) -> bool:
    return Setup.of(setup.page, preset=preset.title).data == setup.data


def _changed(preset: Preset, setup: Setup) -> list[tuple[Param, Any]]:
    """The fields that differ from those of a preset, with their values in the setup."""
    model = model_page(setup.page)
    declared: Mapping[str, Param] = {**params_of(model.Config), **params_of(training_class(model))}
    before, now = (_values(one) for one in (Setup.of(setup.page, preset=preset.title), setup))
    return [(declared[key], now[key]) for key in declared if key not in _LENGTH and now[key] != before[key]]


def _values(setup: Setup) -> dict[str, Any]:
    return {**dataclasses.asdict(setup.config), **dataclasses.asdict(setup.training)}


def _short(declared: Param) -> str:
    """The symbol with which a label ends, "β" of "KL weight β"; else the label, in small letters."""
    *words, last = declared.label.split()
    return last if words and len(last) <= 2 and not last.isascii() else declared.label[:1].lower() + declared.label[1:]


def value_words(declared: Param, value: Any) -> str:
    """A value of a parameter as text: the name of a choice, "on" or "off", a number without trailing zeros."""
    if declared.choices:
        return declared.choices.get(value) or str(value)
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}".replace("-", "\u2212") if isinstance(value, float) else str(value)


def data_words(text: str) -> str:
    """A dataset as a sentence names it: its title, its file, and the parameters that differ from their defaults."""
    name, values = read_spelling(text)
    title = SOURCES[name].title if name in SOURCES else name
    file = re.split(r"[/\\]", values.pop("file", ""))[-1]
    return ", ".join(filter(None, [title, file, *(f"{key} {value}" for key, value in values.items())]))
