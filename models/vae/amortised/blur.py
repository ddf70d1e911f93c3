"""Why samples of a VAE look blurred: the mean of p(x|z) beside a draw from it."""

from __future__ import annotations

import torch
from torch import Tensor

from models.frames import Images
from models.protocol import DataBatch, Noise, param, view
from models.vae.image_model import ImageModel
from models.views.words import as_array, counted

__all__ = ["blurry"]

_GREY = (0.1, 0.9)  # a pixel between these is neither black nor white
_OF = {"samples": "samples", "reconstructions": "reconstructions"}


def _grey(images: Tensor) -> float:
    """Share of entries that are neither near black nor near white."""
    return float(((images > _GREY[0]) & (images < _GREY[1])).double().mean())


@view(
    "Blurry samples: mean against draw", splits=("valid", "train"), batch=10,
    help="The mean of p(x|z), which other cards show, above a draw from it, for the same z.",
)  # fmt: skip
def blurry(
    model: ImageModel, batch: DataBatch, noise: Noise, of: str = param("samples", "Of", choices=_OF)
) -> Images:  # fmt: skip
    """Means above draws, in columns of one z each, and how grey they are."""
    rng = noise.rng(model.device)
    data = batch.x
    from_data = of == "reconstructions"
    z = model.encode(data)[0] if from_data else model.prior_draw(len(batch), rng=rng)
    mean = model.decoder.mean(z).detach()
    draw = model.decoder.draw(z, rng=rng).detach()
    rows = [data.to(mean), mean, draw] if from_data else [mean, draw]
    spread = float((draw - mean).square().mean().sqrt())
    where = "at the posterior mean" if from_data else "from the prior"
    return Images(
        as_array(torch.cat(rows)),
        columns=len(batch),
        row_labels=("data", "mean", "draw") if from_data else ("mean", "draw"),
        subtitle=f"p(x|z) at {len(batch)} z {where}",
        note="The mean averages all images that z leaves possible, so that edges blur. "
        f"{_grey(mean):.0%} of its values are between 0.1 and 0.9; of "
        f"{counted(len(batch), batch.split, model.spec.kind)} {_grey(data):.0%}. A draw has each pixel drawn "
        f"independently given z: specks ({spread:.2f} from the mean), no detail.",
    )
