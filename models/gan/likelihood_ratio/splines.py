"""A classifier F that is a spline, fitted by Newton's method to counts of data and of samples of the model."""

from __future__ import annotations

import functools

import numpy as np

from models.gan.likelihood_ratio.classifier_losses import Loss

__all__ = ["SplineFit", "spline_basis"]

_WIDTHS = (0.5, 0.2, 0.08, 0.03, 0.01)  # widths of the arcs that replace kinks, from start to end
_STEPS = 30
_TINY = 1e-9  # added to the curvature in every direction
_DONE = 1e-13  # decrease of the loss at which the iteration ends


@functools.lru_cache(maxsize=8)
def spline_basis(low: float, high: float, cells: int, functions: int) -> np.ndarray:
    """Cubic B-splines on equal knots at the middles of equal cells, (cells, functions); they add up to 1."""
    x = (np.arange(cells) + 0.5) / cells * (functions - 3)  # in units of a knot distance
    t = x[:, None] - np.arange(-3, functions - 3)[None, :]  # from the first knot of each function
    pieces = (
        t**3 / 6,
        (-3 * (t - 1) ** 3 + 3 * (t - 1) ** 2 + 3 * (t - 1) + 1) / 6,
        (3 * (t - 2) ** 3 - 6 * (t - 2) ** 2 + 4) / 6,
        (1 - (t - 3)) ** 3 / 6,
    )
    return np.select([(t >= k) & (t < k + 1) for k in range(4)], pieces, 0.0)


class SplineFit:
    """F = Σ wⱼ Bⱼ(x) with the least mean loss, plus c Σ (wⱼ₋₁ − 2 wⱼ + wⱼ₊₁)² (P-splines; Eilers and Marx, 1996).

    The penalty is 0 for straight lines, and determines F where samples are few. Data are counted in cells, so that the
    time does not depend on their number.

    Args:
        basis: Bⱼ at the middles of the cells, (cells, functions).
        ones: Share of the labels y = 1 that is in each cell, (cells,); together with `zeros` they add up to 1.
        zeros: Share of the labels y = 0, (cells,).
        penalty: Weight c of the penalty on bends.
    """

    def __init__(self, basis: np.ndarray, ones: np.ndarray, zeros: np.ndarray, penalty: float):
        self._basis, self._ones, self._zeros = basis, ones, zeros
        bend = np.diff(np.eye(basis.shape[1]), n=2, axis=0)  # (functions - 2, functions)
        self._rough = 2 * penalty * bend.T @ bend

    def objective(self, loss: Loss, w: np.ndarray, width: float = 0.0) -> float:
        """Mean loss and penalty, kinks replaced by arcs of a width where that is not 0."""
        f = self._basis @ w
        risk = self._ones @ loss.value(f, 1, width) + self._zeros @ loss.value(f, 0, width)
        return float(risk + 0.5 * w @ self._rough @ w)

    def gradient(self, loss: Loss, w: np.ndarray, width: float = _WIDTHS[-1]) -> np.ndarray:
        """Derivative of the objective by w, kinks replaced by arcs of a width."""
        return self._derivatives(loss, w, width)[0]

    def _derivatives(self, loss: Loss, w: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
        f = self._basis @ w
        (first_1, second_1), (first_0, second_0) = loss.slopes(f, 1, width), loss.slopes(f, 0, width)
        slope = self._ones * first_1 + self._zeros * first_0
        curve = self._ones * second_1 + self._zeros * second_0
        return (
            self._basis.T @ slope + self._rough @ w,
            self._basis.T @ (curve[:, None] * self._basis) + self._rough,
        )

    def solve(self, loss: Loss, start: np.ndarray) -> np.ndarray:
        """Weights w that minimise the objective, (functions,), by damped Newton steps from a start."""
        w = start.copy()
        for width in _WIDTHS if loss.kinked else _WIDTHS[:1]:
            damping = _TINY
            value = self.objective(loss, w, width)
            for _ in range(_STEPS):
                gradient, curvature = self._derivatives(loss, w, width)
                step = np.linalg.solve(curvature + damping * np.eye(len(w)), gradient)
                new = self.objective(loss, w - step, width)
                while not new <= value and damping < 1e6:
                    damping = max(10 * damping, 1e-6)
                    step = np.linalg.solve(curvature + damping * np.eye(len(w)), gradient)
                    new = self.objective(loss, w - step, width)
                if not new <= value:
                    break
                w, gained, value, damping = w - step, value - new, new, max(_TINY, damping / 10)
                if gained < _DONE:
                    break
        return w
