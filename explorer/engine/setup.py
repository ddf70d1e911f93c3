"""`Setup`: everything that determines a training run, and its parsing, checks and storage."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import models
from explorer.data import SOURCES, source
from explorer.data.own_path import dataset_of_path
from explorer.engine.errors import BadInput, RunError
from explorer.engine.training import Training, check_batch, training_class
from models.protocol import BadValue, GenerativeModel, Kind, Page, Preset, Table, accepted, build, params_of

__all__ = ["ParentRef", "Setup", "choose_preset", "model_page", "wanted_kinds"]


@dataclass(frozen=True)
class ParentRef:
    """A trained model that another run uses.

    Attributes:
        run: Name of the folder of its run.
        step: Round of its weights.
        digest: Hash of its weights and config.
    """

    run: str
    step: int
    digest: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, read back by `from_json`."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> ParentRef:
        """The reference that `to_json` wrote."""
        return cls(str(stored["run"]), int(stored["step"]), str(stored["digest"]))


@dataclass(frozen=True)
class Setup:
    """Everything that determines a run.

    Attributes:
        page: Name in the catalogue.
        data: Dataset in its text form, parameters included.
        config: The page's config.
        training: Settings of the training.
        seed: Seed of initial weights, order of data and noise.
        device: "auto", "cpu", "cuda:0", ….
        parents: Models that the run uses, by the config field that names their run; filled in when the run is opened.
    """

    page: str
    data: str
    config: Any
    training: Training
    seed: int = 0
    device: str = "auto"
    parents: Mapping[str, ParentRef] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        page: str,
        *,
        preset: str | None = None,
        data: str | None = None,
        values: Mapping[str, Any] | None = None,
        seed: int = 0,
        device: str = "auto",
    ) -> Setup:
        """A setup from a preset and changes to it.

        Args:
            page: Name in the catalogue.
            preset: Title of a preset, or None for the first for the data and device.
            data: Dataset; None for the preset's.
            values: Config and training fields by name.
            seed: Seed of all random numbers.
            device: Device to train on.

        Raises:
            BadInput: A name or value is unknown or unsuitable; the sentence names the valid ones.
        """
        model = model_page(page)
        chosen = choose_preset(model, preset, data, device)
        name = data or (chosen.data if chosen else first_accepted(model))
        try:
            found = source(dataset_of_path(name, model.accepts))
            kind = found.loaded_kind()
        except ValueError as error:
            raise BadInput(str(error)) from None
        if not accepted(kind, model.accepts):
            raise BadInput(f"page {page} does not take {found.name}: it needs {wanted_kinds(model)}")
        merged = {**(chosen.config if chosen else {}), **(chosen.training if chosen else {}), **(values or {})}
        config, training = split_values(model, merged)
        check_batch(model, training)
        _check_kind(model, config, kind)
        return cls(page, str(found), config, training, seed, device)

    def with_values(self, **values: Any) -> Setup:
        """This setup with other config or training fields."""
        model = model_page(self.page)
        merged = {**_plain(self.config), **_plain(self.training), **values}
        config, training = split_values(model, merged)
        check_batch(model, training)
        _check_kind(model, config, source(self.data).loaded_kind())
        return dataclasses.replace(self, config=config, training=training)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, read back by `from_json`."""
        stored = {
            "page": self.page,
            "data": self.data,
            "config": _plain(self.config),
            "training": _plain(self.training),
            "seed": self.seed,
            "device": self.device,
        }
        parents = {name: parent.to_json() for name, parent in self.parents.items()}
        return {**stored, "parents": parents} if parents else stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Setup:
        """The setup that `to_json` wrote.

        Raises:
            RunError: A field is missing or out of range.
        """
        try:
            model = model_page(str(stored["page"]))
            config: Any = build(model.Config, stored["config"])
            training = build(training_class(model), stored["training"])
            parents = {name: ParentRef.from_json(parent) for name, parent in stored.get("parents", {}).items()}
            seed, device = int(stored["seed"]), str(stored["device"])
            return cls(str(stored["page"]), str(stored["data"]), config, training, seed, device, parents)
        except (AttributeError, KeyError, TypeError, ValueError, BadInput) as error:
            raise RunError(str(error)) from None


def _check_kind(model: type[GenerativeModel], config: Any, kind: Kind) -> None:
    try:
        model.check(config, kind)
    except BadValue as error:
        raise BadInput(str(error)) from None


def _plain(values: Any) -> dict[str, Any]:
    return {field.name: getattr(values, field.name) for field in dataclasses.fields(values)}


def first_accepted(model: type[GenerativeModel]) -> str:
    """Name of the first dataset that a page takes."""
    for name, found in SOURCES.items():
        if accepted(found.kind, model.accepts):
            return name
    raise BadInput(f"there is no dataset that page {model.title} takes: it needs {wanted_kinds(model)}")


def wanted_kinds(page: type[Page]) -> str:
    """The kinds of data that a page accepts, in words: "planar data or binary image data"."""

    def word(kind: Any) -> str:
        if isinstance(kind, type):
            return kind.__name__.lower() + " data"
        if isinstance(kind, Table):
            return f"table data of {kind.d} columns"
        open_fields = [f.name for f in dataclasses.fields(kind) if getattr(kind, f.name) is not None]
        return " ".join([*(str(getattr(kind, f)) for f in open_fields), type(kind).__name__.lower() + " data"])

    return " or ".join(word(kind) for kind in page.accepts)


def model_page(name: str) -> type[GenerativeModel]:
    """The model of a page.

    Raises:
        BadInput: The page does not exist, or is a lab, which is not trained.
    """
    try:
        page = models.find_page(name)
    except BadValue as error:
        raise BadInput(str(error)) from None
    if not issubclass(page, GenerativeModel):
        raise BadInput(f"{name} is a lab, which is not trained; see dgm-explorer lab {name}")
    return page


def split_values(model: type[GenerativeModel], values: Mapping[str, Any]) -> tuple[Any, Training]:
    """Splits values by name into config and training; the two have no name in common.

    Raises:
        BadInput: Unknown name or refused value.
    """
    of_config, of_training = params_of(model.Config), params_of(training_class(model))
    for name in values:
        if name not in of_config and name not in of_training:
            raise BadInput(f"there is no parameter {name}; there are {', '.join([*of_config, *of_training])}")
    try:
        config: Any = build(model.Config, {k: v for k, v in values.items() if k in of_config})
        training = build(training_class(model), {k: v for k, v in values.items() if k in of_training})
    except BadValue as error:
        raise BadInput(str(error)) from None
    return config, training


def live_changes(setup: Setup, values: Mapping[str, Any]) -> tuple[Any, Training, dict[str, Any]]:
    """Config and training after a change of live parameters, and the checked values.

    Raises:
        BadInput: Unknown, not live, or out of range.
    """
    declared = {**params_of(type(setup.config)), **params_of(type(setup.training))}
    for name in values:
        if name in declared and not declared[name].live:
            raise BadInput(f"{name} cannot change during training; it applies after a reset")
    model = model_page(setup.page)
    config, training = split_values(model, {**_plain(setup.config), **_plain(setup.training), **values})
    current = {**_plain(config), **_plain(training)}
    return config, training, {name: current[name] for name in values}


def choose_preset(model: type[GenerativeModel], title: str | None, data: str | None, device: str) -> Preset | None:
    """The preset with a title, or with a title that begins so (case ignored); else the first for the data and device.

    Raises:
        BadInput: No preset has that title.
    """
    if title is not None:
        for preset in model.presets:
            if preset.title.lower() == title.lower():
                return preset
        for preset in model.presets:
            if preset.title.lower().startswith(title.lower()):
                return preset
        titles = "; ".join(preset.title for preset in model.presets)
        raise BadInput(f"there is no preset {title}; there are: {titles}")
    wanted = data.split(":")[0] if data else None
    suits = [p for p in model.presets if wanted is None or p.data.split(":")[0] == wanted]
    kind = device.split(":")[0]
    same_device = [p for p in suits if kind == "auto" or p.device == kind]
    return next(iter(same_device or suits), None)
