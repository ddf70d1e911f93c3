"""Exact quantities: quadrature, divergences and densities, for pages and for the tests of others."""
