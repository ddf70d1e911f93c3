"""Computation of views: requests, their inputs, and the replies with frames."""
