"""The equations of the lab; their values are those of `ChoosingDLab.values`."""

from __future__ import annotations

from models.protocol import Objective, Term

__all__ = ["EQUATIONS"]

_WEIGHTS = Objective(
    r"\text{weights}",
    (
        Term("(d+1)\\,w", "weights_in", role="prior"),
        Term(r"+\,2(k-d)(w+1)", "weights_out", role="model"),
    ),
    total=Term(r"\text{weights}", "weights"),
    title="Network of s and t",
    note="Weights and biases with one hidden layer of width w.",
)
_PAIRS = Objective(
    r"k(k-1)",
    (
        Term(r"\#\{i\neq j:\ x_i\ \text{depends on}\ \varepsilon_j\}", "dependent", role="model"),
        Term(r"+\,\text{other pairs}", "independent", role="prior"),
    ),
    total=Term("k(k-1)", "pairs"),
    title="Dependent pairs after all layers",
    note="A moved entry takes over the dependencies of all kept entries.",
)
_FLOOR = Objective(
    r"\text{gap}\geq\mathrm{KL}(p_{\mathrm{data}}(x_{1:d})\,\|\,\mathcal{N}(0,I))",
    (Term(r"d\ \text{entries never moved}", "never", role="prior"),),
    title="What entries cost that no layer moves",
    note="In standard units, where the noise is N(0, I). No s and t change the right-hand side.",
)
EQUATIONS = Objective(
    r"x_{1:d}=\varepsilon_{1:d},\quad x_{d+1:k}=\varepsilon_{d+1:k}\,e^{s(\varepsilon_{1:d})}+t(\varepsilon_{1:d})",
    (Term("d", "kept", role="prior"), Term("k-d", "moved", role="model")),
    title="One layer: kept and moved entries",
    note="s and t have d inputs, and one output each for every moved entry.",
    other=(_WEIGHTS, _PAIRS, _FLOOR),
)
