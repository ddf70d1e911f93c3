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
        pending: Values that are NaN are still being computed.
    """

    labels: tuple[str, ...]
    values: np.ndarray
    errors: np.ndarray | None = None
    roles: tuple[str, ...] = ()
    reference: np.ndarray | None = None
    unit: str = ""
    dims: tuple[int, ...] | None = None
    pending: bool = False
