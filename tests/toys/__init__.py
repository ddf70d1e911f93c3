"""A family for tests: it uses each word of the protocol that the first two families do not.

Copied to `models/toys` and named in `FAMILIES` it is a family like any other.
"""

from models.protocol.family import Family

from .belief_network import BeliefNetwork
from .bidirectional_gan import BidirectionalGAN
from .growing_mixture import GrowingMixture
from .student import Student

__all__ = ["FAMILY"]

FAMILY = Family("toys", "Toys", {
    "toy-belief-network": BeliefNetwork,
    "toy-bigan": BidirectionalGAN,
    "toy-growing": GrowingMixture,
    "toy-student": Student,
},
    about="Small models, one for each word of the protocol.",
    likelihood="exact",
    latent_code="none",
)  # fmt: skip
