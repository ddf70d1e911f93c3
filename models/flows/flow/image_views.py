"""Samples of flows on images."""

from __future__ import annotations

from typing import Any

from models.frames import Images
from models.protocol import DataSpec, Image
from models.views.samples import samples

__all__ = ["image_samples"]


def _of_images(config: Any, spec: DataSpec | None) -> bool:
    return spec is None or isinstance(spec.kind, Image)


image_samples = samples.but(name="image_samples", title="Images", frame=Images, when=_of_images)
