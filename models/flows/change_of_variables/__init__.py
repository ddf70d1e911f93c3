"""The lab of the change of variables."""

from models.flows.change_of_variables.lab import ChangeOfVariablesLab

__all__ = ["ChangeOfVariablesLab"]
