"""The loop that anyone would write: batch, loss, backward, fused Adam. Nothing is checked, kept or shown.

Tables with a row for each datum get torch's sparse Adam.
"""

from __future__ import annotations

import torch

from explorer.data import Dataset
from explorer.engine import Setup
from explorer.engine.data.tensors import TensorData
from explorer.engine.randomness import build_model, derive
from explorer.engine.setup import model_page
from models.protocol import Player

__all__ = ["BareLoop"]


class BareLoop:
    """Trains the model of a setup on the same batches as a session, as fast as torch can.

    Args:
        setup: What is trained; its schedule is not followed.
        data: The dataset the setup names.
    """

    def __init__(self, setup: Setup, data: Dataset):
        device = torch.device("cpu")
        self._batch = setup.training.batch
        self._data = TensorData(data, setup.seed, device)
        self._rng = torch.Generator(device).manual_seed(derive(setup.seed, "training"))
        self._position = 0
        self.step_count = 0
        self.model = build_model(model_page(setup.page), setup.config, self._data.spec, setup.seed)
        self._players = [(player, _optimisers(player, setup)) for player in self.model.players()]

    def step(self) -> None:
        """One round: each player makes its updates."""
        for player, optimisers in self._players:
            for _ in range(player.updates):
                batch = self._data.train_batch(self._position, self._batch, self._rng)
                self._position += self._batch
                for optimiser in optimisers:
                    optimiser.zero_grad(set_to_none=True)
                self.model.player_loss(player.name, batch, rng=self._rng)["loss"].backward()
                for optimiser in optimisers:
                    optimiser.step()
                self.model.after_update(player.name)
        self.step_count += 1


def _optimisers(player: Player, setup: Setup) -> list[torch.optim.Optimizer]:
    tables = {id(table) for table in player.rows}
    dense = [parameter for parameter in player.parameters if id(parameter) not in tables]
    made: list[torch.optim.Optimizer] = [torch.optim.Adam(dense, setup.training.rate(player.lr), fused=True)]
    if player.rows:
        made.append(torch.optim.SparseAdam(list(player.rows), setup.training.rate(player.rows_lr)))
    return made
