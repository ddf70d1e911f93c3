"""Which latent dimensions are active, what to try where most are not, and whether the posterior has collapsed."""

from __future__ import annotations

from torch import Tensor

from models.protocol import DataBatch, HasLatent
from models.views.latent_space import axis_label

__all__ = ["activity_note", "collapse_alert"]

_ACTIVE = 0.01  # variance of the posterior mean above which a unit counts as active (Burda et al., 2015)
_TELLING = 0.01  # nats of KL under which a dimension says nothing about the datum
_LEARNT = 0.25  # of the variance between pixels of the mean datum: a decoder that is nearer to it has been trained
_NAMED = 8  # inactive units that are named


def activity_note(mean: Tensor) -> tuple[str, bool]:
    """A note on the active units given the posterior means of some data, (n, latent), and whether most are inactive.

    A unit is active if the variance of its posterior mean over the data exceeds 0.01 (Burda et al., 2015,
    arXiv 1509.00519); a single datum has no variance.
    """
    if len(mean) < 2:
        return "Active units cannot be determined from one datum.", False
    inactive = (mean.var(dim=0, correction=0) <= _ACTIVE).nonzero()[:, 0].tolist()
    latent = mean.shape[1]
    note = f"{latent - len(inactive)} of {latent} active: variance of the posterior mean above {_ACTIVE}."
    if not inactive:
        return note, False
    named = ", ".join(axis_label(dim) for dim in inactive[:_NAMED])
    more = f" and {len(inactive) - _NAMED} more" if len(inactive) > _NAMED else ""
    note += f" Inactive: {named}{more}."
    if 2 * len(inactive) <= latent:
        return note, False
    return (
        f"{note} There q(z|x) has collapsed onto the prior: try a smaller β at the start, free bits δ = 0.1 nats, "
        "fewer latent dimensions, or training longer.",
        True,
    )


def collapse_alert(model: HasLatent, batch: DataBatch, kl: Tensor) -> str:
    """Says that q(z|x) has collapsed onto the prior in every dimension; else "".

    The KL of each dimension, averaged over the data, is then below 0.01 nats. An untrained model has a small KL as
    well: the posterior counts as collapsed only once the decoder has learnt the mean datum.

    Args:
        model: The model.
        batch: The data over which the KL is averaged.
        kl: Mean KL of each dimension, (latent,), nats.
    """
    if float(kl.max()) >= _TELLING:
        return ""
    mean = batch.x.to(model.dtype).mean(dim=0)
    decoded = model.decode_mean(kl.new_zeros(1, len(kl)).to(model.device, model.dtype))[0].detach()
    if float((decoded - mean.to(decoded)).square().mean()) > _LEARNT * float(mean.var(correction=0)):
        return ""
    where = "the only latent dimension" if len(kl) == 1 else f"all {len(kl)} latent dimensions"
    return (
        f"Posterior collapse: in {where} the KL is below {_TELLING} nats, so q(z|x) is the prior for every x, z says "
        "nothing about the data, and all samples look alike. Lower β, set free bits to 0.1 nats, or train longer."
    )
