"""What a page shows: a session or a static page, how it stands, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import torch
from PySide6.QtCore import QObject, Signal

from explorer.data import source as data_source
from explorer.engine import Session, Setup
from explorer.engine.data.tensors import TensorData
from explorer.engine.host.host import Snapshot
from explorer.engine.views.static_page import StaticPage
from explorer.engine.watched import WatchedRun
from explorer.ui.page.state.origin import Origin
from models.protocol import DataSpec, GenerativeModel, HasDecoder, Page, Player, View, views_of

__all__ = ["PageState", "PlayerInfo", "Shown"]


class PageState(StrEnum):
    """How a page stands.

    `STATIC`: fixed weights or a lab. `READY`: an untrained model. `TRAINING`, `PAUSED` and `DONE`: a run. `DIVERGED`
    and `OUT_OF_MEMORY`: a run that ended with an error. `WATCHED`: a run that cannot be trained on here, and is looked
    at. `FAILED`: nothing could be opened.
    """

    STATIC = "static"
    READY = "ready"
    TRAINING = "training"
    PAUSED = "paused"
    DONE = "done"
    DIVERGED = "diverged"
    OUT_OF_MEMORY = "out of memory"
    WATCHED = "watched"
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        """Whether training ended with an error."""
        return self in (PageState.DIVERGED, PageState.OUT_OF_MEMORY)


@dataclass(frozen=True)
class PlayerInfo:
    """A player as the window shows it.

    Attributes:
        name: Its name.
        symbol: Letter on its button.
        updates: Its updates in one round.
        loss: Key of the curve that is its loss.
        role: Role whose colour it has.
        forward_phases: Names of the phases of its forward pass.
    """

    name: str
    symbol: str = ""
    updates: int = 1
    loss: str = ""
    role: str = "total"
    forward_phases: tuple[str, ...] = ("forward",)


class Shown(QObject):
    """The session or static page that is shown; filled by the runner, read by every other part of the page.

    Attributes:
        name: The page's name in the catalogue.
        page_class: The model or lab class.
        views: Its views by name.
        source: The session or static page, or None before the first one.
        setup: Setup of the session, or None for a lab or a bundled model.
        config: The config in force.
        spec: Shape and type of the data, or None for a lab or before the first source.
        data: The data, or None.
        data_version: Version of the data of the setup when they were shown first, see `Source.version`.
        bundle: Title of the bundled model that is shown, or "".
        folder: Folder of the run, or None.
        device: Device of the model.
        players: The players of the model, empty for a lab.
        snapshot: The newest snapshot.
        steps: By view, the step of the newest frame.

    Signals:
        changed: Another source is shown.
        config_changed: The config changed, the source did not.
        state_changed: The new `PageState`.
        players_changed: The players of the model are others.

    Args:
        name: The page's name in the catalogue.
        page_class: The model or lab class.
        config: The config before the first source.
    """

    changed = Signal()
    config_changed = Signal()
    state_changed = Signal(object)
    players_changed = Signal()

    def __init__(self, name: str, page_class: type[Page], config: Any, parent: QObject | None = None):
        super().__init__(parent)
        self.name, self.page_class = name, page_class
        self.views: Mapping[str, View] = views_of(page_class)
        self.source: Session | StaticPage | None = None
        self.setup: Setup | None = None
        self.config = config
        self.spec: DataSpec | None = None
        self.data: TensorData | None = None
        self.data_version = ""
        self.bundle = ""
        self.folder: Path | None = None
        self.device = torch.device("cpu")
        self.players: tuple[PlayerInfo, ...] = ()
        self.snapshot = Snapshot()
        self.steps: dict[str, int] = {}
        self._state = PageState.STATIC

    @property
    def state(self) -> PageState:
        """How the page stands."""
        return self._state

    @property
    def is_model(self) -> bool:
        """Whether the page is a model, which can be trained."""
        return issubclass(self.page_class, GenerativeModel)

    @property
    def fitted(self) -> str:
        """How the model is fitted to the data without training, or "" for one that is trained and for a lab."""
        return self.page_class.fitted(self.config) if issubclass(self.page_class, GenerativeModel) else ""

    @property
    def model_or_lab(self) -> Page | None:
        """The model or lab itself, or None before the first source."""
        if isinstance(self.source, Session):
            return self.source.model
        return None if self.source is None else self.source.page

    @property
    def step(self) -> int:
        """Step of the newest snapshot."""
        return self.snapshot.step

    def step_of(self, view: str) -> int:
        """Step of the newest frame of a view."""
        return self.steps.get(view, self.snapshot.step)

    def applies(self, view: View) -> bool:
        """Whether a view can be computed with this config and these data."""
        return view.applies(self.page_class, self.config, self.spec)

    @property
    def obstacle(self) -> str:
        """Why the run that is shown cannot be trained, or ""."""
        return self.source.reason if isinstance(self.source, WatchedRun) else ""

    @property
    def unsaved(self) -> bool:
        """Whether a run is shown that is in memory alone, because it could not be written to."""
        return isinstance(self.source, Session) and self.source.unsaved

    @property
    def latent_dim(self) -> int | None:
        """Dimension of the latent space under the config, or None where the page has none."""
        return (
            self.page_class.latent_dim_of(self.config, self.spec) if issubclass(self.page_class, HasDecoder) else None
        )

    def values(self) -> dict[str, Any] | None:
        """Config and training fields of the setup by name, or None where there is no setup."""
        if self.setup is None:
            return None
        stored = self.setup.to_json()
        return {**stored["config"], **stored["training"]}

    def origin(self, step: int, *, recorded: bool = False) -> Origin:
        """Where a frame comes from that is shown now.

        Args:
            step: Step of its weights.
            recorded: Whether it was recorded at that step.
        """
        run = "" if self.setup is None else "untrained" if self.folder is None else self.folder.name
        data = "" if self.data is None else self.data.data.name
        setups = self.snapshot.setups
        return Origin(self.name, step, recorded, self.setup, setups, run, self.bundle, self.config, data)

    def show(self, source: Session | StaticPage) -> None:
        """Shows another session or static page. The state stays: `set_state` follows."""
        self.source = source
        run = source if isinstance(source, (Session, WatchedRun)) else None
        self.setup = None if run is None else run.setup
        self.folder = None if run is None or run.run is None else run.run.folder
        model = self.model_or_lab
        self.data = source.data
        if isinstance(source, Session):
            self.config, self.spec = source.setup.config, source.model.spec
        else:
            self.config, self.spec = source.config, source.spec
        self.data_version = "" if self.setup is None else data_source(self.setup.data).version()
        self.bundle = source.title if isinstance(source, StaticPage) else ""
        if isinstance(model, GenerativeModel):
            self.device = model.device
        if isinstance(source, Session):
            self.snapshot = Snapshot(step=source.step_count, setups=source.setups)
        elif isinstance(source, WatchedRun):
            self.snapshot = Snapshot(step=source.step, setups=source.setups)
        else:
            self.snapshot = Snapshot(step=source.step)
        self.steps = {}
        self.changed.emit()
        self.set_players(model.players() if isinstance(model, GenerativeModel) else ())

    def set_players(self, players: Sequence[Player]) -> None:
        """Takes the players of the model, which may change during a run when the model enters another stage."""
        infos = tuple(self._info(player) for player in players)
        if infos != self.players:
            self.players = infos
            self.players_changed.emit()

    def set_config(self, config: Any) -> None:
        """Puts another config in force."""
        self.config = config
        self.config_changed.emit()

    def follow(self) -> None:
        """Takes what has changed of a run that another process trains."""
        if isinstance(self.source, WatchedRun):
            self.set_setup(self.source.setup)
        model = self.model_or_lab
        self.set_players(model.players() if isinstance(model, GenerativeModel) else ())

    def set_setup(self, setup: Setup) -> None:
        """Puts another setup in force, which differs in live parameters."""
        self.setup = setup
        self.set_config(setup.config)

    def set_folder(self, folder: Path) -> None:
        """Takes the new folder of the run."""
        self.folder = folder
        self.config_changed.emit()

    def set_state(self, state: PageState) -> None:
        """Changes the state; emits the signal even if unchanged, so that what depends on it is refreshed."""
        self._state = state
        self.state_changed.emit(state)

    def _info(self, player: Player) -> PlayerInfo:
        page, own = self.page_class, f"{player.name}_loss"
        assert issubclass(page, GenerativeModel)
        roles = {metric.key: metric.role for metric in page.metrics}
        total = page.objective_of(self.config).total
        loss = player.metric or (own if own in roles or total is None else total.metric)
        role, forward = roles.get(loss, "total"), tuple(player.forward_phases)
        return PlayerInfo(player.name, player.symbol, player.updates, loss, role, forward)
