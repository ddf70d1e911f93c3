"""Active latent dimensions, and advice if most are inactive."""

from __future__ import annotations

from torch import Tensor

from models.views.latent_space import axis_label

__all__ = ["activity_note"]

_ACTIVE = 0.01  # variance of the posterior mean above which a unit counts as active (Burda et al., 2015)
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
