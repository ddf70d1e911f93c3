"""A model of each family trained for a hundred rounds, by one process or by several: `torchrun trained_in_parts.py`."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from explorer.cli.processes import joined
from explorer.engine import Placement, Setup, new_session
from explorer.engine.data.tensors import TensorData

__all__ = ["CASES", "ROUNDS", "trained"]

ROUNDS = 100
CASES = {
    "vae": ("digits-binary", {"batch": 32, "hidden": 32, "clip": 1.0, "ema": 0.9}),
    "gan": (
        "ring8:n=1000",
        {"batch": 32, "layers_g": 1, "layers_d": 1, "instance_noise": 0.1},
    ),
    "pixel-cnn": ("digits-binary", {"batch": 8, "channels": 4, "layers": 1, "dropout": 0.1}),
    "real-nvp": ("moons:n=1000", {"batch": 64, "layers": 2}),
    "implicit": ("regression", {"batch": 16, "hidden": 16, "updates_t": 1, "theta": "learned"}),
}


def trained(page: str, dtype: torch.dtype, placement: Placement | None, micro_batches: int) -> dict[str, Tensor]:
    """Weights, moments and losses after all rounds.

    Pixels of the digits are drawn anew in each round, as those of MNIST are: this noise is that of a part, too.
    """
    data, values = CASES[page]
    units = TensorData._units
    TensorData._units = lambda self, raw: units(self, raw).to(dtype)
    torch.set_default_dtype(dtype)
    try:
        chosen = {"steps": ROUNDS, "micro_batches": micro_batches, **values}
        setup = Setup.of(page, data=data, values=chosen, seed=5, device="cpu")
        session = new_session(setup, keep=False, record=False, placement=placement)
        if data == "digits-binary":
            session.data.data = dataclasses.replace(session.data.data, resample=True, scale=0.9)
        session.journal.validator.due = lambda step: False
        while session.step_count < ROUNDS - 1:
            session.step()
        session.trainer.round(session.setup.training)
        values = session.trainer.outcome.scalars.values
        return {**session.learner.tensors(), "metrics": torch.stack([value.to(dtype) for value in values])}
    finally:
        TensorData._units = units
        torch.set_default_dtype(torch.float32)


def _main(folder: Path) -> None:
    torch.set_num_threads(1)
    with joined("cpu") as placement:
        assert placement is not None
        for page in CASES:
            for dtype in (torch.float64, torch.float32):
                tensors = trained(page, dtype, placement, 1)
                save_file(tensors, folder / f"{page}-{dtype}-{placement.rank}.safetensors")


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
