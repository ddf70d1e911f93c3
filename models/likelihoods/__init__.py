"""Likelihoods p(x|z) of pixels, and dequantisation."""
