"""The setup of a page while it is being edited, with undo."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from explorer.data import SOURCES, FileSource, source
from explorer.engine import BadInput, Setup, Training, available, training_class
from explorer.engine.setup import choose_preset
from models.protocol import GenerativeModel, Kind, Page, Param, accepted, params_of

__all__ = ["Draft", "State", "read_source"]


@dataclass(frozen=True)
class State:
    """Values of everything that can be edited.

    Attributes:
        preset: Title of the preset that was chosen last, or "".
        data: Name of the dataset, or "" for a lab.
        data_values: Its parameters.
        values: Config and training fields by name.
        seed: Of everything random.
        device: Where to train.
    """

    preset: str = ""
    data: str = ""
    data_values: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    device: str = "auto"


class _Edit(QUndoCommand):
    """One edit: the state before and after."""

    def __init__(self, draft: Draft, text: str, before: State, after: State):
        super().__init__(text)
        self._draft, self._before, self._after = draft, before, after

    def redo(self) -> None:
        self._draft.put(self._after)

    def undo(self) -> None:
        self._draft.put(self._before)


class Draft(QObject):
    """The setup of the next run of a page.

    Attributes:
        name: The page's name in the catalogue.
        page: Its class.
        state: The present values.
        named_device: Device that was chosen since a run was opened, or None.
        preset_in_force: Title of the preset whose values the run that is shown has; see `LiveEdits`.
        undo: Edits that can be undone.

    Signals:
        changed: The values changed.

    Args:
        name: The page's name.
        page: Its class.
    """

    changed = Signal()

    def __init__(self, name: str, page: type[Page], parent: QObject | None = None):
        super().__init__(parent)
        self.name, self.page = name, page
        self.undo = QUndoStack(self)
        self.named_device: str | None = None
        self.preset_in_force = ""
        self.state = self._preset_state("", "auto", 0)

    @property
    def model(self) -> type[GenerativeModel] | None:
        """The page's class where it is a model."""
        return self.page if issubclass(self.page, GenerativeModel) else None

    def declared(self) -> dict[str, Any]:
        """Parameters of config and training by name."""
        model = self.model
        return {**params_of(self.page.Config), **(params_of(training_class(model)) if model else {})}

    def datasets(self) -> dict[str, str]:
        """Titles of the datasets that the page takes, by name; none for a lab without data."""
        return {name: found.title for name, found in SOURCES.items() if accepted(found.kind, self.page.accepts)}

    def kind(self) -> Kind | None:
        """Type and shape of one datum, or None for a lab without data."""
        return SOURCES[self.state.data](**self.state.data_values).kind if self.state.data else None

    def baseline(self) -> dict[str, Any]:
        """The values of the chosen preset, to which a double click on a field returns."""
        return dict(self._preset_state(self.state.preset, self.state.device, self.state.seed).values)

    def preset_title(self) -> str:
        """Title of the preset that the draft equals, or "" after an edit."""
        state = self.state
        if not state.preset:
            return ""
        there = self._preset_state(state.preset, state.device, state.seed)
        return state.preset if there == state else ""

    def _preset_state(self, title: str, device: str, seed: int) -> State:
        values = {name: declared.default for name, declared in self.declared().items()}
        model = self.model
        if model is None:
            chosen = next((p for p in self.page.presets if p.title == title), next(iter(self.page.presets), None))
            given = {} if chosen is None else chosen.config
            text = (chosen.data if chosen is not None else "") or next(iter(self.datasets()), "")
            data, data_values = read_source(text)
            values |= given
            return State("" if chosen is None else chosen.title, data, data_values, values, seed, device)
        preset = choose_preset(model, title or None, None, device)
        if preset is None:
            return State(data=next(iter(self.datasets())), values=values, seed=seed, device=device)
        data, data_values = read_source(preset.data)
        values |= {**preset.config, **preset.training}
        return State(preset.title, data, data_values, values, seed, device)

    def data_version(self) -> str:
        """Version of the data, see `Source.version`; "" for a lab without data."""
        return SOURCES[self.state.data](**self.state.data_values).version() if self.state.data else ""

    # Edits

    def choose_preset(self, title: str) -> None:
        """Takes the values of a preset; seed and device stay."""
        after = self._preset_state(title, self.state.device, self.state.seed)
        self._push(f"preset {title}", after)

    def choose_data(self, name: str) -> None:
        """Takes a dataset as the preset has it, else as the first preset with it, else with its default parameters."""
        presets = sorted(self.page.presets, key=lambda preset: preset.title != self.state.preset)
        sources = (read_source(preset.data) for preset in presets if preset.data)
        defaults = {key: declared.default for key, declared in params_of(SOURCES[name]).items()}
        values = next((values for data, values in sources if data == name), defaults)
        self._push(f"dataset {name}", dataclasses.replace(self.state, data=name, data_values=values))

    def choose_kind(self, preset: str, data: str) -> None:
        """Takes a preset, or a dataset if the preset is "", unless the data are of the same kind already."""
        kind = self.kind()
        if kind is None or kind.plural != SOURCES[data].kind.plural:
            self.choose_preset(preset) if preset else self.choose_data(data)

    def choose_drawing(self, name: str) -> None:
        """Takes the points drawn under a name; signals also where the name is the same and its points are new."""
        smooth = self.state.data_values if self.state.data == "drawn" else {}
        defaults = {key: declared.default for key, declared in params_of(SOURCES["drawn"]).items()}
        after = dataclasses.replace(self.state, data="drawn", data_values={**defaults, **smooth, "file": name})
        if after == self.state:
            self.changed.emit()
        self._push(f"drawing {name}", after)

    def choose_file(self, data: str, path: str) -> None:
        """Takes a file of the user as the data; other parameters stay where the data were of this kind before."""
        kept = self.state.data_values if self.state.data == data else {}
        self._push(f"file {path}", self._with_data(data, {**kept, "file": path}))

    def choose_own(self, source: FileSource) -> None:
        """Takes a file or folder of the user as the data, with its parameters."""
        values = {name: getattr(source, name) for name in params_of(type(source))}
        self._push(f"file {source.file}", self._with_data(source.name, values))

    def set_data_value(self, name: str, value: Any) -> None:
        """Sets a parameter of the dataset."""
        self._push(name, self._with_data(self.state.data, {**self.state.data_values, name: value}))

    def _with_data(self, data: str, values: Mapping[str, Any]) -> State:
        """The state with a dataset, its parameters as the dataset has them: paths are absolute."""
        made = SOURCES[data](**values)
        own = {name: getattr(made, name) for name in params_of(type(made))}
        return dataclasses.replace(self.state, data=data, data_values=own)

    def set_values(self, values: Mapping[str, Any], text: str = "") -> None:
        """Sets config or training fields."""
        after = dataclasses.replace(self.state, values={**self.state.values, **values})
        self._push(text or ", ".join(values), after)

    def set_seed(self, seed: int) -> None:
        """Sets the seed."""
        self._push("seed", dataclasses.replace(self.state, seed=seed))

    def set_device(self, device: str) -> None:
        """Sets the device."""
        self.named_device = None if device == "auto" else device
        self._push("device", dataclasses.replace(self.state, device=device))

    def take(self, setup: Setup) -> None:
        """Takes the values of a setup, as when a run is opened."""
        data, data_values = read_source(setup.data)
        values = {name: getattr(setup.config, name, None) for name in params_of(type(setup.config))}
        values |= {name: getattr(setup.training, name) for name in params_of(type(setup.training))}
        after = State("", data, data_values, values, setup.seed, setup.device)
        for preset in self.model.presets if self.model else ():
            there = self._preset_state(preset.title, setup.device, setup.seed)
            if dataclasses.replace(there, preset="") == after:
                after = there
                break
        self.named_device = None
        self._push("run", after)

    def _push(self, text: str, after: State) -> None:
        if after != self.state:
            self.undo.push(_Edit(self, text, self.state, after))

    def put(self, state: State) -> None:
        """Makes a state the present one, without an entry in the undo stack."""
        self.state = state
        self.changed.emit()

    # Between sessions of the application

    def to_json(self) -> str:
        """The state as text, for the next start; "" where it is the one a page begins with."""
        untouched = self.state == self._preset_state("", "auto", 0)
        return "" if untouched else json.dumps(dataclasses.asdict(self.state))

    def restore(self, text: str) -> None:
        """Restores a state that `to_json` wrote; it is no edit that can be undone.

        Raises:
            BadInput: It cannot be read, or something in it is not accepted; the state stays.
        """
        try:
            state = self._read(json.loads(text))
        except (ValueError, TypeError, AttributeError, LookupError) as error:
            raise BadInput(f"{self.page.title} starts from its preset: what was kept was not read, {error}") from None
        self.put(state)

    def _read(self, stored: Mapping[str, Any]) -> State:
        preset, data, device = str(stored["preset"]), str(stored["data"]), str(stored["device"])
        seed = stored["seed"]
        if preset and all(known.title != preset for known in self.page.presets):
            raise ValueError(f"there is no preset {preset}")
        if (data or self.datasets()) and data not in self.datasets():
            raise ValueError(f"there is no dataset {data} for it")
        if device not in ("auto", *available()):
            raise ValueError(f"there is no device {device}")
        if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
            raise ValueError(f"seed takes a whole number of at least 0, not {seed}")
        base = self._preset_state(preset, device, seed)
        values = {**base.values, **_checked(self.declared(), stored["values"])}
        declared = params_of(SOURCES[data]) if data else {}
        data_values = {name: param.default for name, param in declared.items()}
        data_values |= _checked(declared, stored["data_values"])
        self.page.Config(**{name: values[name] for name in params_of(self.page.Config)})
        return State(preset, data, data_values, values, seed, device)

    # Results

    def data_text(self) -> str:
        """The dataset as the command line takes it, or "" for a lab without data."""
        if not self.state.data:
            return ""
        return str(SOURCES[self.state.data](**self.state.data_values))

    def setup(self) -> Setup:
        """The setup.

        Raises:
            BadInput: It cannot be trained as it stands.
        """
        state = self.state
        titles = self.model.presets if self.model else ()
        preset = state.preset if any(p.title == state.preset for p in titles) else None
        return Setup.of(
            self.name, preset=preset, data=self.data_text(), values=state.values, seed=state.seed, device=state.device
        )

    def training(self) -> Training | None:
        """Settings of the training, or None for a lab."""
        if self.model is None:
            return None
        made = training_class(self.model)
        return made(**{name: self.state.values[name] for name in params_of(made)})

    def config(self) -> Any:
        """The page's config."""
        fields = params_of(self.page.Config)
        return self.page.Config(**{name: self.state.values[name] for name in fields})


def read_source(text: str) -> tuple[str, dict[str, Any]]:
    """Name and parameters of a dataset that is given as the command line takes it; "" and none for ""."""
    if not text:
        return "", {}
    found = source(text)
    return found.name, {name: getattr(found, name) for name in params_of(type(found))}


def _checked(declared: Mapping[str, Param], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values converted and checked by their parameters.

    Raises:
        BadValue: One of them is not accepted.
        KeyError: There is no such parameter.
    """
    return {name: declared[name].check(value) for name, value in values.items()}
