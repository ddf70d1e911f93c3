"""Operations on numbers, counted exactly: additions, multiplications, divisions and logarithms one each."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Count", "backward_passes", "coupling", "forward_pass", "full", "triangular"]


@dataclass(frozen=True)
class Count:
    """Numbers of operations.

    Attributes:
        sums: Additions and subtractions.
        products: Multiplications and divisions.
        functions: Logarithms, or values of tanh.
    """

    sums: int
    products: int
    functions: int

    @property
    def total(self) -> int:
        """All operations."""
        return self.sums + self.products + self.functions


def full(k: int) -> Count:
    """log |det A| of a full k×k matrix: LU decomposition, then the logs of the pivots and their sum.

    Column j of the decomposition takes m = k − j divisions, and a product and a subtraction for each of m² entries.
    """
    squares = (k - 1) * k * (2 * k - 1) // 6  # 1² + … + (k − 1)²
    return Count(squares + k - 1, squares + k * (k - 1) // 2, k)


def triangular(k: int) -> Count:
    """log |det A| of a triangular k×k matrix: the logs of the diagonal and their sum."""
    return Count(k - 1, 0, k)


def coupling(k: int, d: int) -> Count:
    """log |det A| of a coupling layer that copies d of k numbers: the sum of s, which is a log already."""
    return Count(k - d - 1, 0, 0)


def forward_pass(k: int) -> Count:
    """W₂ tanh(W₁ ε) with k×k weights: two products of a matrix and a vector, and k values of tanh."""
    return Count(2 * k * (k - 1), 2 * k * k, k)


def backward_passes(k: int) -> Count:
    """The whole Jacobian of W₂ tanh(W₁ ε) in k backward passes, given the forward pass.

    Each multiplies a row by W₂, by tanh′ = 1 − tanh² entry by entry, and by W₁; tanh′ is computed once.
    """
    return Count(k * 2 * k * (k - 1) + k, k * (2 * k * k + k) + k, 0)
