"""Building blocks of networks that several models share.

Weights are initialised from torch's global generator when a block is built, and at no other time: whatever is random in
a forward pass takes its generator as an argument, so that two trainings in two threads do not touch each other.
"""

from models.nets.conv import ConvDecoder, ConvEncoder, halvings
from models.nets.mlp import MLP, Dropout, parameter_count

__all__ = ["MLP", "ConvDecoder", "ConvEncoder", "Dropout", "halvings", "parameter_count"]
