"""Trains pythae's VAE for some seconds and prints when each step ended. Run by an interpreter that has pythae."""

from __future__ import annotations

import argparse
import contextlib
import json
import tempfile
import time

import numpy as np
import torch
from pythae.models import VAE, VAEConfig
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.pipelines import TrainingPipeline
from pythae.trainers import BaseTrainerConfig
from pythae.trainers.training_callbacks import TrainingCallback
from torch import nn


class _Enough(Exception):
    """The time is over."""


class _Stamps(TrainingCallback):
    """Notes when each step ended, and stops training."""

    def __init__(self, seconds: float):
        self.seconds = seconds
        self.began = 0.0
        self.ends: list[float] = []

    def on_train_begin(self, training_config, **kwargs) -> None:
        self.began = time.perf_counter()

    def on_train_step_end(self, training_config, **kwargs) -> None:
        self.ends.append(time.perf_counter() - self.began)
        if self.ends[-1] >= self.seconds:
            raise _Enough


class _Encoder(BaseEncoder):
    def __init__(self, latent: int, hidden: int):
        super().__init__()
        self.net = nn.Sequential(
            nn.Flatten(), nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(),
            nn.Linear(hidden, 2 * latent),
        )  # fmt: skip

    def forward(self, x):
        mean, log_var = self.net(x).chunk(2, dim=-1)
        return ModelOutput(embedding=mean, log_covariance=log_var)


class _Decoder(BaseDecoder):
    def __init__(self, latent: int, hidden: int):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(),
            nn.Linear(hidden, 784), nn.Sigmoid(), nn.Unflatten(-1, (1, 28, 28)),
        )  # fmt: skip

    def forward(self, z):
        return ModelOutput(reconstruction=self.net(z))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", help="images in [0, 1], (n, 1, 28, 28), as .npy")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--latent", type=int, default=10)
    parser.add_argument("--hidden", type=int, default=400)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    config = VAEConfig(input_dim=(1, 28, 28), latent_dim=chosen.latent, reconstruction_loss="bce")
    model = VAE(config, _Encoder(chosen.latent, chosen.hidden), _Decoder(chosen.latent, chosen.hidden))
    stamps = _Stamps(chosen.seconds)
    with tempfile.TemporaryDirectory() as folder:
        training = BaseTrainerConfig(
            output_dir=folder,
            num_epochs=100_000,
            learning_rate=chosen.lr,
            per_device_train_batch_size=chosen.batch,
            no_cuda=True,
        )
        with contextlib.suppress(_Enough):
            TrainingPipeline(model=model, training_config=training)(train_data=np.load(chosen.data), callbacks=[stamps])
    parameters = sum(parameter.numel() for parameter in model.parameters())
    print(json.dumps({"ends": stamps.ends, "batch": chosen.batch, "parameters": parameters}))


if __name__ == "__main__":
    main()
