"""Variational autoencoders: latent-variable models learned through a lower bound on the log-likelihood."""
