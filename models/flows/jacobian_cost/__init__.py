"""The lab of the cost of Jacobians."""

from models.flows.jacobian_cost.lab import JacobianCostLab

__all__ = ["JacobianCostLab"]
