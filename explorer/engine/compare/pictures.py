"""Views of two runs, computed from their newest checkpoints under the same conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from explorer.engine.compare.pair import ComparedRun, Pair
from explorer.engine.errors import BadInput
from explorer.engine.loading import load_run
from explorer.engine.views.requests import Request
from explorer.engine.views.viewer import Viewer
from models.frames import Frame
from models.protocol import CURVES, DataSpec, View, scenes_of, views_of

__all__ = ["Pictures", "Side"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Side:
    """One of two runs as its views show it.

    Attributes:
        compared: The run.
        config: The config of the checkpoint, or of the run where there is none.
        spec: The description of the data.
        step: Round of the weights; None where they cannot be loaded.
        problem: Why they cannot, or "".
        viewer: Computes the views, or None.
    """

    compared: ComparedRun
    config: Any
    spec: DataSpec
    step: int | None = None
    problem: str = ""
    viewer: Viewer | None = None

    def identity(self, view: View, params: Mapping[str, Any]) -> dict[str, Any]:
        """What a figure of a view carries."""
        return {**self.compared.run.identity, "view": view.name, "step": self.step, "set": dict(params)}


class Pictures:
    """The models of two runs, and views of both.

    A view has the same parameters, default inputs and noise for both runs. Runs on the same data share them, so that
    data which are drawn, such as binarized images, are the same too.

    Attributes:
        sides: The first and the second run. One whose data or checkpoint cannot be read says why.

    Args:
        pair: The runs.
        progress: Called while data are downloaded; an exception that it raises ends the download.
    """

    def __init__(self, pair: Pair, progress: Progress | None = None):
        self._pair, self._progress = pair, progress
        first = self._open(pair.first)
        self.sides = (first, first if pair.is_same else self._open(pair.second, first.viewer))

    def views(self) -> list[View]:
        """The views that apply to both runs: first those that lead a scene of the page, then the others."""
        page = self._pair.page
        views = views_of(page)
        ordered = dict.fromkeys([*(scene.lead for scene in scenes_of(page) if scene.lead != CURVES), *views])
        return [
            v for v in map(views.__getitem__, ordered) if all(v.applies(page, s.config, s.spec) for s in self.sides)
        ]

    def frames(self, place: int, view: View, params: Mapping[str, Any]) -> Iterator[Frame]:
        """The frames of a view of the first (0) or the second (1) run; of several the last is the result.

        Raises:
            BadInput: The run has no picture, or a parameter is refused.
        """
        side = self.sides[place]
        if side.viewer is None:
            raise BadInput(side.problem)
        yield from side.viewer.frames(Request(view.name, params=params))

    def _open(self, compared: ComparedRun, beside: Viewer | None = None) -> Side:
        """Loads the model of a run; it shares the data of another viewer where they are the same."""
        run = compared.run
        try:
            loaded = load_run(run.folder, progress=self._progress)
        except BadInput as error:
            return Side(compared, compared.setup.config, run.spec, problem=str(error))
        data = loaded.tensors
        if beside is not None and beside.data is not None and beside.data.data.digest == data.data.digest:
            data = beside.data
        viewer = Viewer(loaded.model, data, loaded.model.device, compared.history)
        return Side(compared, loaded.config, loaded.model.spec, loaded.step, viewer=viewer)
