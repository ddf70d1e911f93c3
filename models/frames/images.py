"""Images in rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.frames.frame import Frame

__all__ = ["Images"]

Colour = Sequence[float] | np.ndarray
"""Red, green and blue, 0 to 1."""


@dataclass(frozen=True)
class Images(Frame):
    """Images in rows.

    Attributes:
        images: (n, c, h, w), 0 to 1, c is 1 or 3.
        columns: Images in a row; 0 for a number that the display chooses.
        row_labels: A word for each row, or empty.
        captions: A word below each image, or empty.
        index: Position of each in its split, (n,) int, -1 for one that is no datum; or None.
        sheet: Images are drawn without gaps, as for a manifold.
        marked: Positions of the images that get a border.
        direction: Vector of the line in latent space along which the images lie, (latent,), or None. The window can
            save it under a name.
        role_of: Colour of each pixel, (n, h, w) int: 0 is ink, k the colour of `roles[k − 1]`; None for ink everywhere.
            For images of one channel.
        roles: Roles that `role_of` refers to.
        role_names: Their names in the legend.
        full: Value for which 1 stands where pixels with a role are the map of a quantity from 0 on; the value under the
            pointer is in its unit.
        unit: Unit of that quantity, or "" where roles are no map.
    """

    images: np.ndarray
    columns: int = 0
    row_labels: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    index: np.ndarray | None = None
    sheet: bool = False
    marked: tuple[int, ...] = ()
    direction: np.ndarray | None = None
    role_of: np.ndarray | None = None
    roles: tuple[str, ...] = ()
    role_names: tuple[str, ...] = ()
    full: float = 1.0
    unit: str = ""

    def tinted(self, ink: tuple[Colour, Colour], roles: Mapping[str, Colour]) -> np.ndarray:
        """The images with the colours of their roles.

        Args:
            ink: Colours of 0 and of 1 where a pixel has no role.
            roles: Colour of 1 of each role; 0 has the same colour as without one.

        Returns:
            (n, 3, h, w), 0 to 1, NaN where a pixel is; the images as they are where there are no roles.
        """
        if self.role_of is None:
            return self.images
        ends = np.array([ink[1], *(roles[name] for name in self.roles)])  # (roles + 1, 3)
        level = np.clip(self.images, 0, 1)  # (n, 1, h, w)
        end = ends[self.role_of].transpose(0, 3, 1, 2)  # (n, 3, h, w)
        start = np.array(ink[0])[None, :, None, None]
        return start + level * (end - start)
