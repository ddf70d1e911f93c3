"""What of a draft applies only after a reset."""

from __future__ import annotations

from explorer.data import SOURCES
from explorer.engine import Setup
from explorer.ui.page.state.draft import Draft, read_source
from models.protocol import params_of

__all__ = ["waiting", "waiting_with_preset"]


def waiting(draft: Draft, setup: Setup, version: str) -> list[str]:
    """What differs from the setup of a run and cannot change while it trains, in the words of the form.

    Args:
        draft: The draft.
        setup: Of the run.
        version: Of its data when they were read, see `Source.version`.
    """
    state, labels = draft.state, []
    name, data_values = read_source(setup.data)
    if name != state.data or (draft.data_text() == setup.data and draft.data_version() != version):
        labels.append("Dataset")
    elif name:
        declared = params_of(SOURCES[name])
        labels += [declared[key].label for key, value in state.data_values.items() if data_values[key] != value]
    stored = setup.to_json()
    in_force, declared = {**stored["config"], **stored["training"]}, draft.declared()
    for key, value in state.values.items():
        if not declared[key].live and in_force.get(key, value) != value:
            labels.append(declared[key].label)
    return labels + ["Seed"] * (setup.seed != state.seed) + ["Device"] * (state.device not in ("auto", setup.device))


def waiting_with_preset(draft: Draft, setup: Setup, version: str) -> frozenset[str]:
    """Live parameters that wait for a reset too: those of a preset that was chosen since and that needs one.

    Half of a preset is a model without a description. A value that is edited afterwards applies at once.
    """
    if draft.state.preset == draft.preset_in_force or not waiting(draft, setup, version):
        return frozenset()
    base, declared = draft.baseline(), draft.declared()
    return frozenset(n for n, value in draft.state.values.items() if declared[n].live and value == base[n])
