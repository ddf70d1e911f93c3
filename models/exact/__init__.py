"""Exact quantities: quadrature, divergences and densities, for pages and as references in tests."""
