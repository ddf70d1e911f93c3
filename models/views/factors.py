"""Latents against what data were made from, where that is known."""

from __future__ import annotations

from abc import ABC

from models.exact.factors import explained
from models.frames import Matrix
from models.protocol import BadValue, DataBatch, view
from models.vae.networks import prior_kl
from models.views.latent import LatentViews
from models.views.latent_space import axis_label
from models.views.words import SPLITS, as_array, plural

__all__ = ["FactorViews"]

_ROWS = 12  # latents that are shown


class FactorViews(LatentViews, ABC):
    """How much each latent tells of each factor."""

    @view(
        "Latents against factors", splits=("valid", "train"), batch=500,
        when=lambda _, spec: spec is not None and bool(spec.factors),
        help="Share of each true factor's variance that each posterior mean explains, alone and all together: R².",
    )  # fmt: skip
    def factors(self, batch: DataBatch) -> Matrix:
        """R² of a cubic regression of each factor on each posterior mean; those with most KL, in order, then all."""
        if batch.factors is None:
            raise BadValue("split", "it is not known what these data were made from")
        mean, log_var = self.codes(batch)
        kl = prior_kl(mean, log_var).mean(dim=0)
        dims = sorted(kl.argsort(descending=True, stable=True)[:_ROWS].tolist())
        kinds = self.spec.factors
        found = explained(as_array(mean).astype(float), as_array(batch.factors).astype(float), kinds)
        values = found[[*dims, -1]]
        circular = [kind.name for kind in kinds if kind.period]
        named = [kind.name for kind in kinds if kind.values]
        how = [f"{' and '.join(circular)} as cos and sin"] if circular else []
        how += [f"{' and '.join(named)} as indicators"] if named else []
        most = ", ".join(
            f"{kind.name} {axis_label(dims[int(values[:-1, column].argmax())])}" for column, kind in enumerate(kinds)
        )
        some = "" if len(dims) == self.latent_dim else f", {len(dims)} of {self.latent_dim} latents"
        return Matrix(
            values,
            row_labels=(*(axis_label(dim) for dim in dims), "all"),
            column_labels=tuple(kind.name for kind in kinds),
            x_label="true factor",
            y_label="posterior mean of",
            unit="R²",
            subtitle=f"adjusted R², cubic regression, {plural(len(batch), f'{SPLITS[batch.split]} image')}{some}",
            note=f"Most of each in: {most}." + (f" {'; '.join(how)}.".capitalize() if how else ""),
        )
