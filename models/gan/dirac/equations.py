"""The equations of the Dirac-GAN; their values are those of `runs.values_of`."""

from __future__ import annotations

from typing import Any

from models.protocol import Objective, Term

__all__ = ["equations_of"]

_LINEAR = ("clip", "penalty")


def equations_of(config: Any) -> Objective:
    """The objective and the vector field at the start, in the chosen sign, and the eigenvalues at the equilibrium."""
    other = [_field(config)]
    if config.game != "penalty":
        other.append(_eigenvalues(config))
    return Objective(
        r"L(\theta,\psi)",
        tuple(_terms(config)),
        total=Term("L", "objective"),
        title="Objective at the start",
        note=_players(config),
        other=tuple(other),
    )


def _terms(config: Any) -> list[Term]:
    if config.game in _LINEAR:
        terms = [Term(r"\psi\,\theta" if config.sign == "paper" else r"-\,\psi\,\theta", "on_sample", role="model")]
    elif config.cure == "noise":
        sample, data = (r"f(\psi(\theta+s\varepsilon))", r"f(-\psi s\varepsilon)")
        if config.sign == "lecture":
            sample, data = (r"\log(1-D(\theta+s\varepsilon))", r"\log D(s\varepsilon)")
        terms = [
            Term(rf"\mathbb{{E}}_\varepsilon\left[{sample}\right]", "on_sample", role="model"),
            Term(rf"+\,\mathbb{{E}}_\varepsilon\left[{data}\right]", "on_data", role="data"),
        ]
    else:
        sample, data = (r"f(\psi\,\theta)", "f(0)") if config.sign == "paper" else (r"\log(1-D(\theta))", r"\log D(0)")
        terms = [Term(sample, "on_sample", role="model"), Term(rf"+\,{data}", "on_data", role="data")]
    if config.game == "penalty":
        terms.append(Term(r"-\,\frac{\lambda}{2}\left(|\psi|-g\right)^2", "penalty", role="prior"))
    if config.cure == "r1":
        terms.append(Term(r"-\,\frac{\gamma}{2}\,\psi^2", "r1", role="prior"))
    return terms


def _players(config: Any) -> str:
    """What each player does, and the functions in the terms."""
    paper = config.sign == "paper"
    if config.game in _LINEAR:
        letters = "F(x) = ψ x, without σ."
    elif paper:
        letters = "f(t) = log σ(t) = −log(1 + e⁻ᵗ)."
    else:
        letters = "D(x) = σ(ψ x)."
    psi = "ψ ascends L and is clipped to ±c" if config.game == "clip" else "ψ ascends L"
    theta = "θ descends it"
    if config.game == "non-saturating":
        theta = f"θ ascends {'f(−ψθ)' if paper else 'log D(θ)'} in place of descending the first term"
    cure = " Both also descend ½ γ |v|²." if config.cure == "consensus" else ""
    return f"{letters} {psi}, {theta}.{cure}"


def _field(config: Any) -> Objective:
    """The vector field; under instance noise and consensus optimisation in terms of other functions."""
    paper = config.sign == "paper"
    if config.cure == "consensus":
        theta, psi = r"\left(u-\gamma J^\top u\right)_\theta", r"\left(u-\gamma J^\top u\right)_\psi"
        note = "u is the field without the cure, J = ∂u/∂(θ, ψ) its Jacobian there."
    elif config.cure == "noise":
        own = r"\mathbb{E}_\varepsilon[f(-\psi(\theta+s\varepsilon))]" if paper else r"\mathbb{E}_\varepsilon[\log D]"
        theta = rf"\partial_\theta\,{own}" if config.game == "non-saturating" else r"-\,\partial_\theta L"
        psi, note = r"\partial_\psi L", ""
    else:
        theta, psi, note = _slopes(config.game, paper)
        if config.game == "penalty":
            psi += r"-\lambda\left(|\psi|-g\right)\mathrm{sign}\,\psi"
        if config.cure == "r1":
            psi += r"-\gamma\,\psi"
    return Objective(
        "",
        (
            Term(rf"v_\theta={theta}", "v_theta", role="model"),
            Term(rf"v_\psi={psi}", "v_psi", role="data"),
            Term(r"\Vert(\theta,\psi)\Vert", "distance"),
        ),
        title="Vector field at the start, distance at the end",
        note=note,
    )


def _slopes(game: str, paper: bool) -> tuple[str, str, str]:
    """v_θ and v_ψ of a game without a cure, typeset, and a note."""
    if game in _LINEAR:
        return (r"-\psi", r"\theta", "") if paper else (r"\psi", r"-\theta", "")
    if not paper:
        return r"\psi\,D(\theta)" if game == "minimax" else r"\psi\,(1-D(\theta))", r"-\theta\,D(\theta)", ""
    inside = r"\psi\theta" if game == "minimax" else r"-\psi\theta"
    return rf"-\psi\,f'({inside})", r"\theta\,f'(\psi\theta)", "f′(t) = σ(−t)."


def _eigenvalues(config: Any) -> Objective:
    """Eigenvalues at the equilibrium: of the flow and of a round of updates."""
    matrices = {"simultaneous": "I+hJ", "generator": r"M_\psi M_\theta", "discriminator": r"M_\theta M_\psi"}
    turns = "" if config.order == "simultaneous" else " Each factor of M is the update of one player."
    return Objective(
        rf"J=\frac{{\partial v}}{{\partial(\theta,\psi)}},\quad M={matrices[config.order]}",
        (
            Term(r"\mathrm{Re}\,e_1(J)", "real_1", role="prior"),
            Term(r"\mathrm{Re}\,e_2(J)", "real_2", role="prior"),
            Term(r"|\mathrm{Im}\,e_{1,2}(J)|", "imaginary", role="prior"),
            Term(r"|e_1(M)|-1", "growth_1", role="data"),
            Term(r"|e_2(M)|-1", "growth_2", role="data"),
        ),
        title="Eigenvalues e at (0, 0)",
        note=f"The flow converges if both real parts are negative, the updates if both |e(M)| are below 1.{turns}",
    )
