"""The same flows in zuko and nflows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor, nn

__all__ = ["PEERS", "Peer"]


@dataclass(frozen=True)
class Peer:
    """A flow as a benchmark needs it.

    Attributes:
        module: Holds the parameters.
        log_prob: (n, D) to (n,).
        sample: n to (n, D).
    """

    module: nn.Module
    log_prob: Callable[[Tensor], Tensor]
    sample: Callable[[int], Tensor]


def _zuko(name: str, dims: int, width: int, layers: int) -> Peer | str:
    """MAF or Real NVP with two hidden layers of ReLU."""
    try:
        import zuko
    except ImportError:
        return "not installed: pip install zuko==1.6.0"
    kind = {"maf": zuko.flows.MAF, "real-nvp": zuko.flows.RealNVP}[name]
    flow = kind(dims, 0, transforms=layers, hidden_features=(width, width))
    return Peer(flow, lambda x: flow().log_prob(x), lambda n: flow().sample((n,)))


def _nflows(name: str, dims: int, width: int, layers: int) -> Peer | str:
    """MAF or Real NVP with two hidden layers, without residual blocks where there is the choice."""
    try:
        from nflows.flows import MaskedAutoregressiveFlow, SimpleRealNVP
    except ImportError:
        return "not installed: pip install nflows==0.14"
    if name == "maf":
        flow = MaskedAutoregressiveFlow(dims, width, layers, num_blocks_per_layer=2, use_residual_blocks=False)
    else:
        flow = SimpleRealNVP(dims, width, layers, num_blocks_per_layer=1)
    return Peer(flow, flow.log_prob, flow.sample)


PEERS: Mapping[str, Callable[[str, int, int, int], Peer | str]] = {"zuko": _zuko, "nflows": _nflows}
"""Given the name of a flow, its dimensions, hidden width and layers: the flow, or why there is none."""
