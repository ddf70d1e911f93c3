"""Tables with a row for each datum: each is moved as by an optimiser of its own, and not at all where it is not met."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from explorer.engine.session.optimisation import Optimisation
from explorer.engine.training import Training
from models.protocol import Player

_REFERENCE = {
    "adam": lambda p, t: torch.optim.Adam(p, 0.1, (t.beta1, t.beta2), weight_decay=t.weight_decay),
    "adamw": lambda p, t: torch.optim.AdamW(p, 0.1, (t.beta1, t.beta2), weight_decay=t.weight_decay),
    "rmsprop": lambda p, t: torch.optim.RMSprop(p, 0.1, alpha=t.beta2, weight_decay=t.weight_decay),
    "sgd": lambda p, t: torch.optim.SGD(p, 0.1, momentum=t.beta1, weight_decay=t.weight_decay),
}
BATCHES = ([0, 2], [2, 2, 1], [0], [2, 1], [2])


class _Training(Training):
    lr = 0.05
    lr_local = 0.1


def made(table: nn.Parameter, weight: nn.Parameter, training: Training) -> Optimisation:
    player = Player("both", (table, weight), rows=(table,), rows_lr="lr_local")
    return Optimisation(player, training, {id(table): "table", id(weight): "weight"})


def start() -> tuple[nn.Parameter, nn.Parameter]:
    stream = torch.Generator().manual_seed(0)
    return (
        nn.Parameter(torch.randn(4, 3, generator=stream, dtype=torch.float64)),
        nn.Parameter(torch.ones(3, dtype=torch.float64)),
    )


def loss_of(rows: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    return ((rows - 2.0).square() * weight).sum() + rows.sin().sum()


def step(optimisation: Optimisation, table: nn.Parameter, weight: nn.Parameter, batch: list[int], clip: float = 0.0):
    optimisation.zero()
    loss = loss_of(F.embedding(torch.tensor(batch), table, sparse=True), weight)
    loss.backward()
    return optimisation.update(loss, clip)


@pytest.mark.parametrize("decay", [0.0, 0.03])
@pytest.mark.parametrize("optimiser", list(_REFERENCE))
def test_each_row_moves_as_if_it_had_torchs_optimiser_to_itself(optimiser, decay):
    training = _Training(optimiser=optimiser, weight_decay=decay)
    (table, weight), (expected, _) = start(), start()
    rows = [nn.Parameter(row.detach().clone()) for row in expected]
    alone = [_REFERENCE[optimiser]([row], training) for row in rows]
    optimisation = made(table, weight, training)
    for batch in BATCHES:
        now = weight.detach().clone()
        step(optimisation, table, weight, batch)
        for index in set(batch):
            alone[index].zero_grad()
            (batch.count(index) * loss_of(rows[index][None], now)).backward()
            alone[index].step()
        torch.testing.assert_close(table, torch.stack([row.detach() for row in rows]), rtol=1e-9, atol=1e-9)
    assert torch.equal(table[3], start()[0][3])
    assert not torch.equal(weight, torch.ones(3, dtype=torch.float64))


def test_rows_and_their_memory_stay_bit_for_bit_until_their_datum_is_met_again():
    table, weight = start()
    optimisation = made(table, weight, _Training())
    step(optimisation, table, weight, [0, 1])
    before, memory = table.detach().clone(), {k: v.clone() for k, v in optimisation.state().items() if "table" in k}
    step(optimisation, table, weight, [1, 2])
    assert torch.equal(table[0], before[0])
    assert not torch.equal(table[1], before[1])
    state = optimisation.state()
    assert len(memory) == 3
    for key, value in memory.items():
        assert torch.equal(state[key][0], value[0])
        assert not torch.equal(state[key][1], value[1])
    assert state["table/step"].tolist() == [1, 2, 1, 0]


def test_a_gradient_that_is_not_finite_moves_nothing():
    table, weight = start()
    optimisation = made(table, weight, _Training())
    with torch.no_grad():
        table[1] = float("inf")
    before = [table.detach().clone(), weight.detach().clone()]
    assert not step(optimisation, table, weight, [0, 1])
    assert torch.equal(table, before[0])
    assert torch.equal(weight, before[1])
    optimisation._rows.update({"table": (torch.tensor([0]), torch.ones(1, 3).double())}, torch.tensor(False))
    assert torch.equal(table, before[0])
    assert optimisation.state()["table/step"].tolist() == [0, 0, 0, 0]


def test_clipping_sees_the_gradients_of_rows_and_weights_together():
    table, weight = start()
    training = _Training(optimiser="sgd", beta1=0.0)
    optimisation = made(table, weight, training)
    before = [table.detach().clone(), weight.detach().clone()]
    step(optimisation, table, weight, [0, 2, 2], clip=0.5)
    moved = torch.cat([((table - before[0]) / 0.1).flatten(), (weight - before[1]) / 0.05])
    assert float(moved.detach().norm()) == pytest.approx(0.5, rel=1e-5)


def test_rates_of_rows_and_weights_are_set_apart():
    table, weight = start()
    optimisation = made(table, weight, _Training(optimiser="sgd", beta1=0.0))
    assert optimisation.player.rates == ("lr", "lr_local")
    optimisation.set_rates({"lr": 0.0, "lr_local": 0.2})
    before = [table.detach().clone(), weight.detach().clone()]
    step(optimisation, table, weight, [1])
    assert torch.equal(weight, before[1])
    gradient = 2 * (before[0][1] - 2.0) + before[0][1].cos()
    torch.testing.assert_close(table[1].detach(), before[0][1] - 0.2 * gradient)


@pytest.mark.parametrize(("beta1", "beta2"), [(0.0, 0.9), (0.5, 0.9999)])
def test_other_momenta_leave_the_estimates_of_each_row_what_they_were(beta1, beta2):
    table, weight = start()
    old, new = _Training(beta1=0.9, beta2=0.99), _Training(beta1=beta1, beta2=beta2)
    optimisation = made(table, weight, old)
    for batch in BATCHES:
        step(optimisation, table, weight, batch)
    before = optimisation.state()
    optimisation.change(new)
    after = optimisation.state()
    steps = before["table/step"].double()
    assert steps.tolist() == [2, 2, 4, 0]  # each row has been met as often as batches hold it, the last one never
    for key, was, now in (("exp_avg", 0.9, beta1), ("exp_avg_sq", 0.99, beta2)):
        met = steps > 0
        estimate = before[f"table/{key}"][met] / (1 - was ** steps[met])[:, None]
        torch.testing.assert_close(after[f"table/{key}"][met] / (1 - now ** steps[met])[:, None], estimate)
        assert not after[f"table/{key}"][~met].any()
    torch.testing.assert_close(after["table/step"], before["table/step"])
