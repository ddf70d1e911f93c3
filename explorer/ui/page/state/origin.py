"""Where a frame on a page comes from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from explorer.engine import Setup
from explorer.engine.naming import name_of_run
from explorer.engine.runs.setup_history import SetupHistory

__all__ = ["Origin"]


@dataclass(frozen=True)
class Origin:
    """Page, run and step of a frame.

    Attributes:
        page: Name of the page.
        step: Step of the weights.
        recorded: Whether the frame was recorded at the step, and not computed with the parameters of now.
        setup: The setup in force when the frame was shown, or None for a lab or a bundled model.
        setups: The setup at each step, or None likewise.
        run: Name of the run's folder, "untrained" for a session without one, "" for a lab or a bundled model.
        bundle: Title of the bundled model, or "".
        config: The config of a lab or a bundled model.
        data: Its data, or "".
    """

    page: str
    step: int
    recorded: bool = False
    setup: Setup | None = None
    setups: SetupHistory | None = None
    run: str = ""
    bundle: str = ""
    config: Any = None
    data: str = ""

    @property
    def title(self) -> str:
        """The run as people know it, "Ring, changed at step 1 206, seed 0"; the bundled model, or "" for a lab."""
        if self.setup is None or self.setups is None:
            return self.bundle
        return f"{name_of_run(self.setups, self.step if self.recorded else None)}, seed {self.setup.seed}"

    def identity(self) -> dict[str, Any]:
        """What an exported figure says of its origin; parameters are those in force at the step."""
        if self.setup is None or self.setups is None:
            return self._identity_of_fixed()
        past = self.setups.identity(self.step if self.recorded else None)
        now = {} if self.recorded else {key: self.setup.to_json()[key] for key in ("config", "training")}
        return {"run": self.run, **self.setup.to_json(), **past, **now, "step": self.step}

    def _identity_of_fixed(self) -> dict[str, Any]:
        config: Mapping[str, Any] = dataclasses.asdict(self.config)
        named = {"bundle": self.bundle, "data": self.data}
        given = {key: text for key, text in named.items() if text}
        return {"page": self.page, **given, "config": dict(config), "step": self.step}
