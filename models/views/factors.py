"""Latent dimensions against the true factors of the data, if these are known."""

from __future__ import annotations

from models.exact.factors import explained
from models.exact.normal import prior_kl
from models.frames import Matrix
from models.protocol import BadValue, DataBatch, HasLatent, view
from models.views.latent_space import axis_label
from models.views.words import as_array, counted

__all__ = ["factors"]

_ROWS = 12  # greatest number of latent dimensions shown


@view(
    "Latents against factors", splits=("valid", "train"), batch=500,
    when=lambda _, spec: spec is not None and bool(spec.factors),
    help="Share of each true factor's variance that each posterior mean explains, alone and all together: R².",
)  # fmt: skip
def factors(model: HasLatent, batch: DataBatch) -> Matrix:
    """R² of a cubic regression of each factor on each posterior mean, those with most KL in order, then on all."""
    if batch.factors is None:
        raise BadValue("split", "the true factors of these data are not known")
    mean, log_var = model.codes(batch)
    kl = prior_kl(mean, log_var).mean(dim=0)
    dims = sorted(kl.argsort(descending=True, stable=True)[:_ROWS].tolist())
    kinds = model.spec.factors
    r_squared = explained(as_array(mean).astype(float), as_array(batch.factors).astype(float), kinds)
    values = r_squared[[*dims, -1]]
    circular = [kind.name for kind in kinds if kind.period]
    discrete = [kind.name for kind in kinds if kind.values]
    encoding = [f"{' and '.join(circular)} as cos and sin"] if circular else []
    encoding += [f"{' and '.join(discrete)} as indicators"] if discrete else []
    most = ", ".join(
        f"{kind.name} {axis_label(dims[int(values[:-1, column].argmax())])}" for column, kind in enumerate(kinds)
    )
    part = "" if len(dims) == model.latent_dim else f", {len(dims)} of {model.latent_dim} latents"
    data = counted(len(batch), batch.split, model.spec.kind)
    return Matrix(
        values,
        row_labels=(*(axis_label(dim) for dim in dims), "all"),
        column_labels=tuple(kind.name for kind in kinds),
        x_label="true factor",
        y_label="posterior mean of",
        unit="R²",
        subtitle=f"adjusted R², cubic regression, {data}{part}",
        note=f"Best single predictor: {most}." + (f" {'; '.join(encoding)}.".capitalize() if encoding else ""),
    )
