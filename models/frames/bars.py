"""Named values as bars."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.frames.frame import Frame

__all__ = ["Bars"]


@dataclass(frozen=True)
class Bars(Frame):
    """Named values (n,), with standard errors (n,) or None, a role each, and a dashed reference each or None.

    Attributes:
        dims: The latent dimension of each bar, or None if the bars are not latent dimensions. With them, the window
            orders its latent sliders by the values.
        extent: Ends that the axis has at least, so that several pictures have one scale; None for those of the values.
        pending: Values that are NaN are still being computed.
    """

    labels: tuple[str, ...]
    values: np.ndarray
    errors: np.ndarray | None = None
    roles: tuple[str, ...] = ()
    reference: np.ndarray | None = None
    unit: str = ""
    dims: tuple[int, ...] | None = None
    extent: tuple[float, float] | None = None
    pending: bool = False

    def ends(self) -> tuple[float, float]:
        """Ends of the axis: 0, the values with their errors and the references are between them."""
        errors = 0.0 if self.errors is None else np.nan_to_num(self.errors)
        parts = [np.zeros(1), self.values - errors, self.values + errors, np.asarray(self.extent or (), float)]
        parts += [] if self.reference is None else [self.reference]
        every = np.concatenate([np.asarray(part, float) for part in parts])
        finite = every[np.isfinite(every)]
        return float(finite.min()), float(finite.max())
