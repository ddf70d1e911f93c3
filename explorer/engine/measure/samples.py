"""Numbers that need only samples of a model and data: modes, neighbours in a latent map."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from models.exact.modes import count_modes
from models.protocol import GenerativeModel

__all__ = ["drawn", "knn_accuracy", "modes"]


def drawn(
    model: GenerativeModel,
    n: int,
    rng: torch.Generator,
    settings: Mapping[str, Any] | None = None,
    between: Callable[[], None] = lambda: None,
) -> Tensor:
    """Samples of a model, (n, *shape).

    Args:
        model: The model.
        n: Number of samples.
        rng: Their noise.
        settings: Settings of the model's `sample`.
        between: Called between two parts of the work, to serve requests.
    """
    x: Tensor | None = None
    for x in model.sampling(n, rng=rng, **(settings or {})):
        if x is None:
            between()
    assert x is not None
    return x


def modes(x: Tensor, centers: Tensor, std: float) -> dict[str, float]:
    """Which modes of a mixture samples cover.

    A sample is of high quality within 3 std of the nearest centre. `modes` counts centres with at least one such
    sample (Srivastava et al., 2017, arXiv 1705.07761); `modes_near` counts centres that hold at least 2 % of all
    samples within 0.3 of the distance between neighbouring centres, which also sees samples that hop about a mode;
    `mode_kl_nats` is the KL divergence from uniform of the high-quality samples' distribution over modes.

    Args:
        x: Samples, (n, 2).
        centers: Centres, (k, 2).
        std: Standard deviation of one mode.

    Returns:
        `modes`, `modes_near`, `high_quality_percent`, `mode_kl_nats` (the entropy log k where nothing is of quality).
    """
    counted = count_modes(x, centers, std)
    counts = counted.good.double()
    share = counts / counts.sum().clamp(min=1)
    entropy = -torch.special.xlogy(share, share).sum()
    return {
        "modes": float((counts > 0).sum()),
        "modes_near": float(counted.covered.sum()),
        "high_quality_percent": 100 * float(counts.sum()) / len(x),
        "mode_kl_nats": max(0.0, math.log(len(centers)) - float(entropy)),
    }


def knn_accuracy(z: Tensor, y: Tensor, of: Tensor, classes: Tensor, neighbours: int = 5) -> float:
    """Share of points whose class is the most frequent one among their nearest neighbours.

    Args:
        z: Points to classify, (n, d).
        y: Their classes, (n,).
        of: Points whose classes are known, (m, d).
        classes: These classes, (m,).
        neighbours: Neighbours that vote; of tied classes the smaller number wins.
    """
    nearest = torch.cdist(z, of).topk(neighbours, largest=False).indices  # (n, k)
    votes = torch.nn.functional.one_hot(classes[nearest]).sum(1)  # (n, classes)
    return float((votes.argmax(1) == y).double().mean())
