"""The captured rounds of a session: when a round is captured, replayed, captured anew, or left eager."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.engine.session.cuda_graph import Capture
from explorer.engine.session.metric_buffer import Scalars

__all__ = ["Graph", "RoundGraphs"]

# Eager rounds before a capture: the first creates the moments of optimisers and loads kernels, and dragging the slider
# of a live parameter does not trigger a capture for each of its values.
_EAGER_ROUNDS = 3


@dataclass(frozen=True)
class Graph:
    """A captured round.

    Attributes:
        index: Positions of the data, which the graph reads.
        scalars: The results, which the graph writes.
        replay: Does the operations again.
    """

    index: Tensor
    scalars: Scalars
    replay: Callable[[], None]


class RoundGraphs:
    """Captured rounds, by variant.

    Args:
        capture: Captures the operations of a round.
        never: Why no round can be captured, or "".

    Attributes:
        reason: Why rounds are eager, or "" if they are captured. After a capture that failed they are until the
            structure changes.
        captures: Number of captures so far.
        replays: Number of rounds that a graph has made.
        graphs: The captured rounds, by variant.
    """

    def __init__(self, capture: Capture, never: str = ""):
        self._never = self.reason = never
        self.captures = self.replays = 0
        self._capture = capture
        self._structure: Hashable = None
        self.graphs: dict[Hashable, Graph] = {}
        self._eager: Counter[Hashable] = Counter()

    @property
    def told(self) -> str:
        """How rounds were made, in words, for the summary of a run."""
        if self.reason:
            return f"none, because {self.reason}"
        return f"{self.replays} rounds replayed from {self.captures} graphs"

    def replay(
        self,
        structure: Hashable,
        variant: Hashable,
        index: Tensor,
        work: Callable[[Tensor], Scalars],
        sources: Sequence[torch.Generator],
    ) -> Scalars | None:
        """Makes a round by its graph, which is captured first if enough rounds were eager.

        Args:
            structure: What all captured rounds depend on; another one drops them.
            variant: Which of several kinds of rounds it is.
            index: Positions of the data of the round.
            work: Does the operations of a round on the data at given positions, and returns its results.
            sources: All generators from which they draw.

        Returns:
            The results, or None if the round is to be made eagerly.
        """
        if structure != self._structure:
            self._structure, self.reason = structure, self._never
            self.graphs.clear()
            self._eager.clear()
        if self.reason:
            return None
        graph = self.graphs.get(variant)
        if graph is None:
            if self._eager.total() < _EAGER_ROUNDS or not self._eager[variant]:
                self._eager[variant] += 1
                return None
            graph = self._captured(index, work, sources)
            if graph is None:
                return None
            self.graphs[variant] = graph
        graph.index.copy_(index)
        graph.replay()
        self.replays += 1
        return graph.scalars.copy()

    def _captured(
        self, index: Tensor, work: Callable[[Tensor], Scalars], sources: Sequence[torch.Generator]
    ) -> Graph | None:
        """Captures a round; None, and the reason is kept, if that fails."""
        static, results = index.clone(), []
        try:
            replay = self._capture(lambda: results.append(work(static)), sources)
        except RuntimeError as error:
            self.reason = f"a round could not be captured: {str(error).splitlines()[0]}"
            self.graphs.clear()
            return None
        self.captures += 1
        return Graph(static, results[-1], replay)
