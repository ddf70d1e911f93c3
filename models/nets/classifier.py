"""A small classifier of images, by whose features and classes samples of a model are compared with data."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.nets import ConvEncoder

__all__ = ["ImageClassifier"]

CHANNELS = (16, 32)
FEATURES = 64


class ImageClassifier(nn.Module):
    """Two strided convolutions, one layer of features, and one linear layer to the classes.

    The features, the inputs of the last layer, replace those of the Inception network, by which the
    Fréchet distance (Heusel et al., 2017, arXiv 1706.08500) and precision and recall (Kynkäänniemi et al., 2019, arXiv
    1904.06991) compare photographs. Distances in other features are other numbers: they compare models with each
    other and with the null line here, not with published values.

    Args:
        shape: (c, h, w) of an image, sides of at least 8.
        classes: Number of classes.
    """

    def __init__(self, shape: tuple[int, ...], classes: int):
        super().__init__()
        self.encoder = ConvEncoder(shape, CHANNELS, FEATURES)
        self.head = nn.Linear(FEATURES, classes)

    def features(self, x: Tensor) -> Tensor:
        """Images (n, c, h, w), 0 to 1, to (n, 64); computed in the precision of the weights."""
        return self.encoder(x.to(self.head.weight)).relu()

    def forward(self, x: Tensor) -> Tensor:
        """Images (n, c, h, w), 0 to 1, to the log probability of each class, (n, classes)."""
        return torch.log_softmax(self.head(self.features(x)), dim=1)
