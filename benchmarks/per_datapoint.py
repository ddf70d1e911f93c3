"""A q for each datum beside an encoder, with the same decoder, data and steps: what each costs, and what it gives.

    DGM_EXPLORER_MIRROR=file:///FOLDER python benchmarks/per_datapoint.py [--data D] [--steps N] [--images N] [--json]

Prints for both models the parameters of q, the training time, the seconds for a new image, and the bound on test images
that neither has seen; of the q that are fitted to them, after several numbers of steps.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import time
from typing import Any

import torch
from torch import Tensor

from explorer.engine import Session, Setup, open_data
from models.exact.normal import prior_kl
from models.protocol import DataBatch, Noise
from models.vae.amortised.model import VAE
from models.vae.image_model import ImageModel
from models.vae.per_datapoint.model import PerDatapointVAE
from models.vae.refit import refit

_STEPS = (0, 1, 3, 10, 30, 100, 300, 1000)
_DRAWS = 50  # of z for each bound


def _trained(page: str, data: str, values: dict[str, Any]) -> tuple[Session, float]:
    session = Session(Setup.of(page, data=data, values=values, seed=0, device="cpu"), open_data(data), record=False)
    while not session.finished:
        session.step()
    session.model.eval()
    return session, session.seconds


@torch.no_grad()
def _bound(model: ImageModel, batch: DataBatch, mean: Tensor, log_var: Tensor) -> tuple[float, float]:
    """Mean bound and its standard error, nats an image."""
    rng, total = Noise(1).rng(), torch.zeros(len(batch))
    observed = model.decoder.observed(batch.x)
    for _ in range(_DRAWS):
        z = mean + (0.5 * log_var).exp() * torch.randn(mean.shape, generator=rng)
        total += model.decoder.log_prob(observed, z) / _DRAWS
    each = total - prior_kl(mean, log_var).sum(dim=1)
    return float(each.mean()), float(each.std()) / math.sqrt(len(batch))


def _refitted(
    model: ImageModel, batch: DataBatch, most: int
) -> tuple[dict[int, tuple[float, float]], dict[int, float]]:
    """Bound and seconds an image after numbers of steps, each from a fit of its own, with its own schedule."""
    bounds, seconds = {}, {}
    observed, zeros = model.decoder.observed(batch.x), torch.zeros(len(batch), model.latent_dim)
    for steps in (s for s in _STEPS if s <= most):
        began = time.perf_counter()
        fits = refit(
            lambda z: model.decoder.log_prob(observed, z),
            zeros,
            steps,
            rng=Noise().rng(),
            at_once=model.decoder.at_once,
        )
        *_, q = fits
        seconds[steps] = (time.perf_counter() - began) / len(batch)
        bounds[steps] = _bound(model, batch, *q)
    return bounds, seconds


def main() -> None:
    """Trains both and prints the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="mnist-dynamic:n=2000")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--images", type=int, default=500, help="test images")
    parser.add_argument("--most", type=int, default=1000, help="most steps on a new q")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    torch.set_num_threads(1)
    common = {"latent": 2, "batch": 128, "lr": 1e-3, "steps": given.steps}
    amortised, amortised_seconds = _trained("vae", given.data, common)
    local, local_seconds = _trained("vae-per-datapoint", given.data, {**common, "lr_local": 0.15})
    vae, own = amortised.model, local.model
    assert isinstance(vae, VAE)
    assert isinstance(own, PerDatapointVAE)
    test = amortised.data.batch("test", 0, given.images)
    train = amortised.data.batch("train", 0, given.images)
    began = time.perf_counter()
    with torch.no_grad():
        q = vae.encode(test.x)
    pass_seconds = (time.perf_counter() - began) / len(test)
    with torch.no_grad():
        on_train = {
            "vae": _bound(vae, train, *vae.codes(train)),
            "per_datapoint": _bound(own, train, *own.codes(train)),
        }
    own_bounds, own_seconds = _refitted(own, test, given.most)
    vae_bounds, _ = _refitted(vae, test, given.most)
    found = {
        "data": given.data,
        "training_data": own.spec.n,
        "steps": given.steps,
        "test_images": len(test),
        "decoder_parameters": sum(p.numel() for p in own.decoder.parameters()),
        "q_parameters": {
            "vae": sum(p.numel() for p in vae.encoder.parameters()),
            "per_datapoint": own.mean.numel() + own.log_var.numel(),
        },
        "training_seconds": {"vae": amortised_seconds, "per_datapoint": local_seconds},
        "train_elbo": on_train,
        "test_elbo_encoder": _bound(vae, test, *q),
        "seconds_encoder": pass_seconds,
        "test_elbo_refitted": own_bounds,
        "seconds_refitted": own_seconds,
        "test_elbo_vae_decoder_refitted": vae_bounds,
        "config": dataclasses.asdict(own.config),
    }
    if given.json:
        print(json.dumps(found))
        return
    print(json.dumps({key: value for key, value in found.items() if key != "config"}, indent=1))


if __name__ == "__main__":
    main()
