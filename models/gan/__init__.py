"""Generative adversarial networks: a generator without a density, and the games by which it learns."""
