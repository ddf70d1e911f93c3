"""Training in progress: rounds, optimisers, state."""
