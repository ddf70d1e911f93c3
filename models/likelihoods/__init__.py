"""Likelihoods p(x|z) of pixels, distributions of quantised sound, and dequantisation."""
