"""Precision and recall: the share of samples near the data, and of data near the samples."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["NEIGHBOURS", "precision_recall"]

NEIGHBOURS = 5  # default k


def precision_recall(x: Tensor, data: Tensor, neighbours: int = NEIGHBOURS) -> tuple[float, float]:
    """Share of samples near the data, and of data near the samples.

    "Near" is within the distance of a point of the other set to its k-th neighbour in its own set
    (Kynkäänniemi et al., 2019, arXiv 1904.06991).

    Args:
        x: Samples, (n, d), more than k.
        data: Data, (m, d), more than k.
        neighbours: k.
    """

    def radius(points: Tensor) -> Tensor:
        """Distance of each point to its k-th neighbour; (m, d) to (m,). A point counts as its own first neighbour."""
        return torch.cdist(points, points).topk(neighbours + 1, dim=1, largest=False).values[:, -1]

    between = torch.cdist(x, data)  # (n, m)
    precision = (between <= radius(data)).any(dim=1).double().mean()
    recall = (between <= radius(x)[:, None]).any(dim=0).double().mean()
    return float(precision), float(recall)
