"""Simulators: processes that make an observation x from a few unknown numbers z ~ N(0, I), which inference is to find.

Some have a tractable p(x|z), others can only be run.
"""

from __future__ import annotations

from collections.abc import Mapping

from models.protocol import BadValue, DataSpec, Simulated, build, params_of
from models.simulators.g_and_k import GAndK
from models.simulators.lotka_volterra import LotkaVolterra
from models.simulators.parabola import Parabola
from models.simulators.regression import Regression
from models.simulators.simulator import Simulator

__all__ = [
    "SIMULATORS",
    "GAndK",
    "LotkaVolterra",
    "Parabola",
    "Regression",
    "Simulator",
    "simulator_of",
    "written",
]

SIMULATORS: Mapping[str, type[Simulator]] = {
    kind.simulator: kind for kind in (Parabola, GAndK, LotkaVolterra, Regression)
}
"""Simulators by the name that begins their text form."""


def written(simulator: Simulator) -> str:
    """The text form of a simulator, "parabola sigma=0.25", which `Simulated.simulator` holds."""
    fields = params_of(simulator.declared)
    return " ".join([simulator.simulator, *(f"{name}={getattr(simulator, name)!r}" for name in fields)])


def simulator_of(spec: DataSpec) -> Simulator:
    """The simulator from which data were made.

    Raises:
        BadValue: They come from no simulator, or from one that this version does not know.
    """
    kind = spec.kind
    if not isinstance(kind, Simulated) or kind.simulator is None:
        raise BadValue("data", f"these data are {kind.plural} and come from no simulator")
    name, *pairs = kind.simulator.split()
    if name not in SIMULATORS:
        raise BadValue("data", f"there is no simulator {name}; there are {', '.join(SIMULATORS)}")
    return build(SIMULATORS[name], dict(pair.split("=", 1) for pair in pairs))
