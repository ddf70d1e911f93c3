"""Generation with WaveNet from cached activations: one place of every layer is computed for each new sample.

A layer of dilation d reads its input of d places before, so it keeps the last d in a ring (Le Paine et al., 2016, arXiv
1611.09482). The naive way computes the whole receptive field again for every sample.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from models.nets.wavenet import GatedLayer, WaveNetStack

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
        self._rings = [inputs.transpose(0, 1).clone() for inputs in _last_inputs(stack, x, y)]  # (memory, n, c)
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

    Each step makes few calls of NumPy and no new arrays. σ(a) = (1 + tanh(a/2))/2, so that filters and gates take one
    tanh; the weights around it hold the factors ½, which are exact. The skip connections of all layers are one product.
    The biases of the residual connections are added up beforehand, into those of the filters.

    Args:
        stack: The network, on the CPU.
        x: The inputs so far, (n, t, residual), at least its receptive field.
        y: Class of each datum, (n,), or None without conditioning.
    """

    def __init__(self, stack: WaveNetStack, x: Tensor, y: Tensor | None = None):
        n, _, channels = x.shape
        layers = stack.gated_layers
        half = layers[0].filter.out_features // 2
        self._z = np.zeros((n, len(layers) * half), _array(x).dtype)
        self._skip = np.concatenate([0.5 * _array(layer.skip.weight).T for layer in layers])  # (layers·half, skip)
        self._skip_bias = sum(_array(layer.skip.bias) for layer in layers)
        linear = [part for part in stack.head if isinstance(part, nn.Linear)]
        self._head = [(np.ascontiguousarray(_array(part.weight).T), _array(part.bias)) for part in linear]
        self._layers = []
        shift = np.zeros(channels, self._z.dtype)  # what the residual biases have added up to
        inputs = zip(layers, stack.conditions(y), _last_inputs(stack, x, y), strict=True)
        for place, (layer, condition, past) in enumerate(inputs):
            z = self._z[:, place * half : (place + 1) * half]
            self._layers.append(_ArrayLayer(layer, condition, _array(past), shift, z))
            if layer.residual is not None:
                shift = shift + _array(layer.residual.bias)
        self._t = 0

    def step(self, x: np.ndarray) -> np.ndarray:
        """The output at the next place, (n, residual) to (n, outputs)."""
        t, add, copyto, dot, tanh, multiply = self._t, np.add, np.copyto, np.dot, np.tanh, np.multiply
        added: np.ndarray | float = 0.0  # to the input of the layer, by the one before
        for layer in self._layers:
            span, kept, older, newest = layer.slots[t % layer.dilation]
            a, gates, z = layer.a, layer.gates, layer.z
            copyto(kept, older)
            add(x, added, out=newest)
            dot(span, layer.weight, out=a)
            add(a, layer.bias, out=a)
            tanh(a, out=a)
            add(gates, layer.ones, out=gates)
            multiply(layer.values, gates, out=z)
            if layer.residual is not None:
                x, added = newest, dot(z, layer.residual, out=layer.added)
        self._t = t + 1
        h = self._z @ self._skip
        h += self._skip_bias
        for weight, bias in self._head:
            np.maximum(h, 0, out=h)
            h = h @ weight
            h += bias
        return h


class _ArrayLayer:
    """Weights of one layer, its ring, and the arrays into which its results are written.

    A slot of the ring has the inputs of one product side by side. It serves again after `dilation` places, where what
    was its newest input is the second newest: all but the oldest move on by one.

    Attributes:
        slots: For each place of the ring the inputs, (n, kernel·c), and views of them: all but the newest, all but the
            oldest, and the newest.
        weight, bias: Of filters and gates.
        a, values, gates: Filters and gates side by side, and each of them.
        ones: What is added to the gates.
        z: The gated units, without their factor ½.
        residual, added: Weights of the residual connection and what it adds to the input; None in the last layer.
    """

    def __init__(self, layer: GatedLayer, condition: Tensor | None, past: np.ndarray, shift: np.ndarray, z: np.ndarray):
        n, channels = past.shape[0], past.shape[2]
        self.dilation, self.z = layer.dilation, z
        scale = np.repeat(np.array([1.0, 0.5], past.dtype), z.shape[1])
        weight = _array(layer.filter.weight).T  # (kernel·c, gate)
        bias = _array(layer.filter.bias) + np.tile(shift, layer.kernel) @ weight
        bias = bias + (0.0 if condition is None else _array(condition))  # (n or 1, gate)
        self.weight = np.ascontiguousarray(weight) * scale
        self.bias = np.ascontiguousarray(np.broadcast_to(bias * scale, (n, len(scale))))
        self.a = np.empty_like(self.bias)
        self.values, self.gates = self.a[:, : z.shape[1]], self.a[:, z.shape[1] :]
        self.ones = np.ones_like(self.gates)  # an array is added in half the time of a number
        self.residual = self.added = None
        if layer.residual is not None:
            self.residual = np.ascontiguousarray(0.5 * _array(layer.residual.weight).T)
            self.added = np.empty((n, channels), past.dtype)
        self.slots = []
        for place in range(layer.dilation):
            taps = past[:, place :: layer.dilation] - shift  # (n, kernel − 1, c)
            span = np.concatenate([np.zeros((n, channels), past.dtype), taps.reshape(n, -1)], axis=1)
            self.slots.append((span, span[:, :-channels], span[:, channels:], span[:, -channels:]))


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.detach().numpy()
