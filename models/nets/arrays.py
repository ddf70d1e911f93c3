"""The functions in which NumPy and torch differ, for inner loops that run on either.

A network that computes one pixel or one sample at a time does little in each call, and what a call of torch costs then
decides: on a CPU, NumPy is several times as fast. On a GPU the same loop runs with torch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import torch
from torch import Tensor

__all__ = ["Arrays", "NumpyArrays", "TorchArrays", "arrays_for"]


class Arrays(ABC):
    """Functions of arrays of one library. Operators and slices are the same in both."""

    @abstractmethod
    def of(self, tensor: Tensor) -> Any:
        """The array of a tensor, without gradients; it shares the tensor's memory."""

    @abstractmethod
    def tensor(self, array: Any) -> Tensor:
        """The tensor of an array; it shares the array's memory."""

    @abstractmethod
    def zeros(self, like: Any, *shape: int) -> Any:
        """Zeros of the type (and device) of another array."""

    @abstractmethod
    def tanh(self, array: Any) -> Any:
        """Hyperbolic tangent."""

    @abstractmethod
    def relu(self, array: Any) -> Any:
        """The greater of each entry and 0."""

    def sigmoid(self, array: Any) -> Any:
        """1/(1 + e^{−x}) = ½ + ½ tanh(x/2), which does not overflow."""
        return 0.5 * self.tanh(0.5 * array) + 0.5


class NumpyArrays(Arrays):
    """NumPy, for tensors on the CPU."""

    def of(self, tensor: Tensor) -> np.ndarray:
        """The array that shares a tensor's memory."""
        return tensor.detach().numpy()

    def tensor(self, array: np.ndarray) -> Tensor:
        """The tensor that shares an array's memory."""
        return torch.from_numpy(array)

    def zeros(self, like: np.ndarray, *shape: int) -> np.ndarray:
        """Zeros of the type of another array."""
        return np.zeros(shape, like.dtype)

    def tanh(self, array: np.ndarray) -> np.ndarray:
        """Hyperbolic tangent."""
        return np.tanh(array)

    def relu(self, array: np.ndarray) -> np.ndarray:
        """The greater of each entry and 0."""
        return np.maximum(array, 0)


class TorchArrays(Arrays):
    """Torch, for tensors on any device."""

    def of(self, tensor: Tensor) -> Tensor:
        """The tensor itself, without gradients."""
        return tensor.detach()

    def tensor(self, array: Tensor) -> Tensor:
        """The tensor itself."""
        return array

    def zeros(self, like: Tensor, *shape: int) -> Tensor:
        """Zeros of the type and device of another tensor."""
        return like.new_zeros(shape)

    def tanh(self, array: Tensor) -> Tensor:
        """Hyperbolic tangent."""
        return array.tanh()

    def relu(self, array: Tensor) -> Tensor:
        """The greater of each entry and 0."""
        return array.relu()


def arrays_for(device: torch.device) -> Arrays:
    """NumPy for the CPU, torch for other devices."""
    return NumpyArrays() if device.type == "cpu" else TorchArrays()
