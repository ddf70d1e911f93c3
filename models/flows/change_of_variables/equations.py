"""The equations of the change of variables; their values are those of `ChangeOfVariablesLab.values`."""

from __future__ import annotations

from typing import Any

from models.protocol import Objective, Term

__all__ = ["equations_of"]

_MAPS = {
    "softplus": r"\log(1+\exp\varepsilon)",
    "affine": r"a\,\varepsilon+b",
    "cubic": r"\varepsilon^3+\varepsilon",
    "sinh": r"\sinh\varepsilon",
    "logistic": r"\frac{1}{1+\exp(-\varepsilon)}",
    "power": r"\varepsilon^{\varepsilon}",
}
_PLANE = Objective(
    "",
    (
        Term(r"\left|\det\frac{\partial f}{\partial\varepsilon}\right|", "det", role="model"),
        Term(r"\frac{\mathrm{area\ of\ the\ image}}{\mathrm{area\ of\ the\ cell}}", "area_ratio", role="alt"),
    ),
    title="In the plane, at the cell",
    note="They agree in the limit of small cells.",
)
_POWER = Objective(
    r"x=\varepsilon^{\varepsilon}",
    (
        Term(r"\varepsilon^{\varepsilon}", "power", role="prior"),
        Term(r"f^{-1}(x)=\exp\left(W(\log x)\right)", "found", role="model"),
    ),
    title="Easy forward, hard inverse",
    note="The lecture writes h(x) = x^x. W is Lambert's function, W(y) exp(W(y)) = y; the value is Newton's.",
)


def equations_of(config: Any) -> Objective:
    """The formula with its value at the middle of the interval, both areas, the plane, and the lecture's h."""
    areas = Objective(
        "",
        (
            Term(r"\int_a^b s(\varepsilon)\,d\varepsilon", "area_noise", role="prior"),
            Term(r"\left|\int_{f(a)}^{f(b)} p(x)\,dx\right|", "area_x", role="model"),
        ),
        title="Interval from a to b, and its image",
        note="The first by the distribution function of ε, the second by quadrature of p(x).",
    )
    sign = "-" if config.mirrored else ""
    wrapped = rf"\left({_MAPS[config.f]}\right)" if config.mirrored else _MAPS[config.f]
    return Objective(
        r"\log p(x)",
        (
            Term(r"\log s\left(f^{-1}(x)\right)", "log_s", role="prior"),
            Term(r"+\,\log\left|\frac{df^{-1}}{dx}\right|", "log_stretch"),
        ),
        total=Term(r"\log p(x)", "log_p", role="model"),
        title="Density of x, at the middle of the interval",
        unit="nats",
        other=(
            Objective(rf"x=f(\varepsilon)={sign}{wrapped}", (), title="The map"),
            areas,
            _PLANE,
            _POWER,
        ),
    )
