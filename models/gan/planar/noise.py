"""The noise: moved by the generator, and coloured by the mode of G(z)."""

from __future__ import annotations

import torch

from models.exact.modes import GOOD
from models.frames import Layer, Plane, Points
from models.gan.planar.layers import PlanarGAN, names_of, place_noise, warped_noise
from models.protocol import Data, DataBatch, Noise, param, view
from models.views.planar import nearest_class, square_of
from models.views.words import as_array

__all__ = ["latent", "manifold"]

_NOISE = {"gaussian": "Gaussian", "uniform": "uniform"}


@view(
    "Manifold", record=True, latent=lambda dim: dim < 3,
    help="A mesh of the noise, moved from z (t = 0) to G(z) (t = 1).",
)  # fmt: skip
def manifold(
    model: PlanarGAN, batch: DataBatch, noise: Noise, t: float = param(1.0, "Warp t", 0.0, 1.0, step=0.05)
) -> Plane:
    """The mesh of the noise, warped, over the data."""
    z = model.prior_draw(300, rng=noise.rng(model.device))
    with torch.no_grad():
        x = model.decode_mean(z)
    between = (1.0 - t) * place_noise(model, as_array(z)) + t * as_array(x)
    x0, x1, y0, y1 = square_of(batch.x)
    reach = max(x1 - x0, y1 - y0, 4.0 * float(model.units.spread))
    cx, cy = 0.5 * (x0 + x1), 0.5 * (y0 + y1)
    words = "2-D" if model.config.latent == 2 else "1-D"
    return Plane(
        (
            Points(as_array(batch.x), role="data", name="data", size=3.0),
            warped_noise(model, t),
            Points(between, role="model", name=f"{len(between)} samples", size=3.0),
        ),
        extent=(cx - reach / 2, cx + reach / 2, cy - reach / 2, cy + reach / 2),
        subtitle=f"(1 − t) z + t G(z), t = {t:g}: {words} {_NOISE[model.config.noise]} z at the data's scale",
        note="" if model.config.latent == 2 else "One noise dimension: whatever G does, samples lie on a curve.",
    )


@view(
    "Latent space", record=True, latent=lambda dim: dim == 2,
    help="Draws of the noise, coloured by the mode that G takes them to.",
)  # fmt: skip
def latent(model: PlanarGAN, data: Data, noise: Noise) -> Plane:
    """The region of the noise that G takes to each mode."""
    z = model.prior_draw(1500, rng=noise.rng(model.device))
    with torch.no_grad():
        x = model.decode_mean(z)
    layers: list[Layer] = []
    if data.centers is None or data.std is None:
        label, names = nearest_class(x, data)
        words = "coloured by the class of the nearest datum of G(z)"
    else:
        distance, label = torch.cdist(x, data.centers.to(x)).min(dim=1)
        names = names_of(data)
        on = distance <= GOOD * data.std
        layers.append(Points(as_array(z[~on]), role="total", name="G(z) on no mode", size=2.0))
        z, label = z[on], label[on]
        words = f"coloured by the mode within {GOOD:g} std of G(z)"
    layers.append(Points(as_array(z), label=as_array(label), classes=names, size=3.0))
    return Plane(
        tuple(layers),
        x_label="z₁",
        y_label="z₂",
        subtitle=f"1,500 {_NOISE[model.config.noise]} z, {words}",
        note="A continuous G cannot jump: between two regions lie z whose G(z) is between two modes.",
    )
