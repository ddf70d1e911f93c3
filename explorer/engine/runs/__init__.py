"""A run on disk: its folder, checkpoints, metrics, recorded frames and named directions."""
