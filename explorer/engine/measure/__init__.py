"""Measurements of a model: validation while it trains, evaluation afterwards, and metrics of its samples."""
