"""The equations of the lab; their values are those of `JacobianCostLab.values`."""

from __future__ import annotations

from models.protocol import Objective, Term

__all__ = ["EQUATIONS"]

_COUPLING = Objective(
    r"\log\left|\det\frac{\partial x}{\partial\varepsilon}\right|",
    (Term(r"\sum_{i>d}s_i(\varepsilon_{1:d})", "coupling_sum", role="prior"),),
    total=Term(r"\log\left|\det\frac{\partial x}{\partial\varepsilon}\right|", "coupling_det"),
    title="Coupling layer: a sum of outputs",
    unit="nats",
    note="The entries 1 of the copied part add log 1 = 0; the block below them does not enter.",
)
_OPERATIONS = Objective(
    "",
    (
        Term(r"\tfrac{2}{3}k^3-\tfrac{1}{2}k^2+\ldots", "full_operations", role="alt"),
        Term("2k-1", "triangular_operations", role="model"),
        Term("k-d-1", "coupling_operations", role="prior"),
    ),
    title="Operations at the largest k",
    note="In this order: full matrix by LU decomposition, triangular matrix, coupling layer.",
)
EQUATIONS = Objective(
    r"\log|A|",
    (Term(r"\sum_{i=1}^{k}\log|a_{ii}|", "triangular_sum", role="model"),),
    total=Term(r"\log|A|", "triangular_det", role="alt"),
    title="Lower triangular: the diagonal",
    unit="nats",
    note="|A| is the determinant. The sum is over the diagonal, the total is from an LU decomposition of all of A.",
    other=(_COUPLING, _OPERATIONS),
)
