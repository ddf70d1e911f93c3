"""Gaussian diffusion processes: schedules, noised mixtures in closed form, conversions, steps, densities and bounds."""

from models.diffusion.process.flow import exact_field, flow_log_prob
from models.diffusion.process.mixture import NoisedMixture
from models.diffusion.process.predictions import PREDICTIONS, coefficients, from_eps, to_eps
from models.diffusion.process.samplers import SAMPLERS, Moment, grid, trajectory
from models.diffusion.process.schedules import CLEAN, SCHEDULES, T_MIN, Level, Schedule
from models.diffusion.process.steps import ddim_step, posterior

__all__ = [
    "CLEAN",
    "PREDICTIONS",
    "SAMPLERS",
    "SCHEDULES",
    "T_MIN",
    "Level",
    "Moment",
    "NoisedMixture",
    "Schedule",
    "coefficients",
    "ddim_step",
    "exact_field",
    "flow_log_prob",
    "from_eps",
    "grid",
    "posterior",
    "to_eps",
    "trajectory",
]
