"""Gaussian diffusion processes: schedules, noised mixtures in closed form, conversions, steps, densities and bounds."""

from models.diffusion.process.completion import completion
from models.diffusion.process.flow import exact_field, flow_log_prob, flow_log_prob_passes, velocity
from models.diffusion.process.mixture import NoisedMixture
from models.diffusion.process.predictions import PREDICTIONS, Estimate, datum, divergences, estimate, noise
from models.diffusion.process.samplers import SAMPLERS, Field, Moment, trajectory
from models.diffusion.process.schedules import CLEAN, SCHEDULES, STRAIGHT, T_MIN, Level, Schedule
from models.diffusion.process.steps import ddim_step, posterior

__all__ = [
    "CLEAN",
    "PREDICTIONS",
    "SAMPLERS",
    "SCHEDULES",
    "STRAIGHT",
    "T_MIN",
    "Estimate",
    "Field",
    "Level",
    "Moment",
    "NoisedMixture",
    "Schedule",
    "completion",
    "datum",
    "ddim_step",
    "divergences",
    "estimate",
    "exact_field",
    "flow_log_prob",
    "flow_log_prob_passes",
    "noise",
    "posterior",
    "trajectory",
    "velocity",
]
