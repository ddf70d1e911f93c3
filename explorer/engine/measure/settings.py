"""Settings of a model's `sample` and `evaluate`, as they are typed and checked."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from explorer.engine.errors import BadInput
from models.protocol import BadValue, GenerativeModel, Param, settings_of

__all__ = ["check_settings", "evaluation_settings", "refusing", "sample_settings"]


def check_settings(declared: Mapping[str, Param], values: Mapping[str, Any], what: str) -> dict[str, Any]:
    """Values in their settings' own types.

    Args:
        declared: The settings by name.
        values: Value or text by name.
        what: What the settings belong to, for the message: "sampling".

    Raises:
        BadInput: An unknown setting, or a value that it does not take.
    """
    for name in values:
        if name not in declared:
            raise BadInput(f"{what} has no setting {name}; there are: {', '.join(declared) or 'none'}")
    with refusing():
        return {name: declared[name].check(value) for name, value in values.items()}


def sample_settings(model: GenerativeModel, values: Mapping[str, Any]) -> dict[str, Any]:
    """Checked settings of a model's `sample`. See `check_settings` for what it raises."""
    return check_settings(settings_of(type(model).sample), values, "sampling")


def evaluation_settings(model: GenerativeModel, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Checked settings of an evaluation: those of the model's `evaluate`, and those of its `sample`.

    A setting that both declare goes to both. See `check_settings` for what it raises.
    """
    of_evaluate, of_sample = settings_of(type(model).evaluate), settings_of(type(model).sample)
    checked = check_settings({**of_sample, **of_evaluate}, values, "evaluation")
    return (
        {name: value for name, value in checked.items() if name in of_evaluate},
        {name: value for name, value in checked.items() if name in of_sample},
    )


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """Turns a value that a parameter or the model refuses into an error of the engine: some limits depend on data."""
    try:
        yield
    except BadValue as error:
        raise BadInput(str(error)) from None
