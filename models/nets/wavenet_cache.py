"""Generation with WaveNet from cached activations: one place of every layer is computed for each new sample.

A layer of dilation d reads its input of d places before, so it keeps the last d in a ring (Le Paine et al., 2016, arXiv
1611.09482). The naive way computes the whole receptive field again for every sample.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from models.nets.wavenet import WaveNetStack

__all__ = ["ArrayCache", "TensorCache"]


def _last_inputs(stack: WaveNetStack, x: Tensor, y: Tensor | None) -> list[Tensor]:
    """The last inputs that each layer reads back to, (n, memory, residual) each."""
    units = stack.units(x[:, -stack.receptive_field :], y)
    return [
        inputs[:, inputs.shape[1] - layer.memory :]
        for layer, (inputs, _) in zip(stack.gated_layers, units, strict=True)
    ]


class TensorCache:
    """On tensors of the network's device: nothing is read back from it.

    Args:
        stack: The network.
        x: The inputs so far, (n, t, residual), at least its receptive field.
        y: Class of each datum, (n,), or None without conditioning.
    """

    def __init__(self, stack: WaveNetStack, x: Tensor, y: Tensor | None = None):
        self._stack = stack
        self._rings = [inputs.transpose(0, 1).contiguous() for inputs in _last_inputs(stack, x, y)]  # (memory, n, c)
        self._conditions = stack.conditions(y)
        self._t = 0

    def step(self, x: Tensor) -> Tensor:
        """The output at the next place, (n, residual) to (n, outputs)."""
        skips = []
        for layer, ring, condition in zip(self._stack.gated_layers, self._rings, self._conditions, strict=True):
            places = [(self._t + k * layer.dilation) % len(ring) for k in range(layer.kernel - 1)]
            taps = torch.stack([*(ring[place] for place in places), x], dim=1)  # (n, kernel, c)
            ring[places[0]] = x
            span = taps.flatten(1)
            a = layer.filter(span)
            if condition is not None:
                a = a + condition
            values, gates = a.chunk(2, dim=-1)
            z = values.tanh() * gates.sigmoid()
            skips.append(layer.skip(z))
            if layer.residual is not None:
                x = x + layer.residual(z)
        self._t += 1
        return self._stack.head(torch.stack(skips).sum(0))


class ArrayCache:
    """In NumPy, on a CPU: for so small products calls of torch take several times as long.

    σ(a) = (1 + tanh(a/2))/2, so that filters and gates take one tanh; the weights around it hold the factors ½, which
    are exact. The skip connections of all layers are one product.

    Args:
        stack: The network, on the CPU.
        x: The inputs so far, (n, t, residual), at least its receptive field.
        y: Class of each datum, (n,), or None without conditioning.
    """

    def __init__(self, stack: WaveNetStack, x: Tensor, y: Tensor | None = None):
        n, _, channels = x.shape
        dtype = x.detach().numpy().dtype
        width = [layer.filter.out_features // 2 for layer in stack.gated_layers]
        self._z = np.zeros((n, sum(width)), dtype)
        skips = [layer.skip for layer in stack.gated_layers]
        self._skip = np.concatenate([0.5 * _array(skip.weight).T for skip in skips])  # (Σ gate / 2, skip)
        self._skip_bias = sum(_array(skip.bias) for skip in skips)
        self._layers = []
        start = 0
        inputs = _last_inputs(stack, x, y)
        for layer, condition, past in zip(stack.gated_layers, stack.conditions(y), inputs, strict=True):
            half = layer.filter.out_features // 2
            scale = np.repeat(np.array([1.0, 0.5], dtype), half)
            bias = _array(layer.filter.bias) + (0.0 if condition is None else _array(condition))  # (n or 1, gate)
            residual = layer.residual
            self._layers.append(
                _ArrayLayer(
                    dilation=layer.dilation,
                    ring=np.ascontiguousarray(_array(past).transpose(1, 0, 2)),
                    span=np.zeros((n, layer.kernel * channels), dtype),
                    weight=np.ascontiguousarray(_array(layer.filter.weight).T) * scale,
                    bias=np.ascontiguousarray(np.broadcast_to(bias * scale, (n, 2 * half))),
                    z=self._z[:, start : start + half],
                    residual=None if residual is None else np.ascontiguousarray(0.5 * _array(residual.weight).T),
                    residual_bias=None if residual is None else _array(residual.bias),
                )
            )
            start += half
        parts = [part for part in stack.head if isinstance(part, nn.Linear)]
        self._head = [(np.ascontiguousarray(_array(part.weight).T), _array(part.bias)) for part in parts]
        self._t = 0

    def step(self, x: np.ndarray) -> np.ndarray:
        """The output at the next place, (n, residual) to (n, outputs)."""
        t = self._t
        for layer in self._layers:
            x = layer.step(x, t)
        self._t = t + 1
        h = self._z @ self._skip
        h += self._skip_bias
        for weight, bias in self._head:
            np.maximum(h, 0, out=h)
            h = h @ weight
            h += bias
        return h


class _ArrayLayer:
    """Weights and ring of one layer, and the arrays into which its results are written."""

    def __init__(
        self,
        *,
        dilation: int,
        ring: np.ndarray,
        span: np.ndarray,
        weight: np.ndarray,
        bias: np.ndarray,
        z: np.ndarray,
        residual: np.ndarray | None,
        residual_bias: np.ndarray | None,
    ):
        self.dilation, self.ring, self.span, self.weight, self.bias, self.z = dilation, ring, span, weight, bias, z
        self.residual, self.residual_bias = residual, residual_bias
        n, channels = ring.shape[1:]
        kernel = span.shape[1] // channels
        self.size = len(ring)
        self.past = [span[:, k * channels : (k + 1) * channels] for k in range(kernel - 1)]
        self.newest = span[:, (kernel - 1) * channels :]
        self.a = np.empty_like(bias)
        half = z.shape[1]
        self.values, self.gates = self.a[:, :half], self.a[:, half:]
        self.product = np.empty_like(z)  # products are fastest into and from arrays without gaps
        self.x = np.empty((n, channels), span.dtype)

    def step(self, x: np.ndarray, t: int) -> np.ndarray:
        """The input of the next layer; z is written to its place."""
        ring, size, a, product = self.ring, self.size, self.a, self.product
        for k, past in enumerate(self.past):
            past[:] = ring[(t + k * self.dilation) % size]
        self.newest[:] = x
        ring[t % size] = x
        np.dot(self.span, self.weight, out=a)
        a += self.bias
        np.tanh(a, out=a)
        self.gates += 1
        np.multiply(self.values, self.gates, out=product)
        self.z[:] = product
        if self.residual is None:
            return x
        np.dot(product, self.residual, out=self.x)
        self.x += x
        self.x += self.residual_bias
        return self.x


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.detach().numpy()
