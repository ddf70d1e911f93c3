"""The chain rule for three bits, in any order and with a context of any size; exact, float64."""

from __future__ import annotations

import itertools

import numpy as np

__all__ = ["ORDERINGS", "divergence", "factorised", "joint_of", "parameters_of"]

ORDERINGS: tuple[tuple[int, ...], ...] = tuple(itertools.permutations(range(3)))


def joint_of(bits: np.ndarray) -> np.ndarray:
    """The relative frequencies of the values of three bits, (n, 3) of 0 and 1 to (2, 2, 2)."""
    counts = np.bincount(bits.astype(int) @ np.array([4, 2, 1]), minlength=8)
    return counts.reshape(2, 2, 2) / len(bits)


def factorised(joint: np.ndarray, order: tuple[int, ...], context: int) -> np.ndarray:
    """The product of p(x_i | the last `context` bits before it in an order), each conditional being that of the joint.

    A conditional given what has probability 0 is set to ½; its product is 0 all the same.

    Args:
        joint: Probabilities, (2, 2, 2).
        order: The three bits in the order of the factors.
        context: Bits on which each factor depends at most; 2 for all before it.

    Returns:
        Probabilities, (2, 2, 2).
    """
    product = np.ones_like(joint)
    for place, bit in enumerate(order):
        given = order[max(0, place - context) : place]
        product = product * _conditional(joint, bit, given)
    return product


def _conditional(joint: np.ndarray, bit: int, given: tuple[int, ...]) -> np.ndarray:
    """p(bit | given), of a shape that broadcasts with the joint."""
    of_both = joint.sum(axis=tuple({0, 1, 2} - {bit, *given}), keepdims=True)
    of_given = of_both.sum(axis=bit, keepdims=True)
    return np.divide(of_both, of_given, out=np.full_like(of_both, 0.5), where=of_given > 0)


def divergence(p: np.ndarray, q: np.ndarray) -> float:
    """KL(p ‖ q), nats; ∞ where q is 0 and p is not."""
    seen = p > 0
    with np.errstate(divide="ignore"):
        return float(np.sum(p[seen] * (np.log(p[seen]) - np.log(q[seen]))))


def parameters_of(context: int) -> int:
    """Entries of the tables of three bits: 7 = 2³ − 1 where each depends on all before it."""
    return sum(2 ** min(context, before) for before in range(3))
