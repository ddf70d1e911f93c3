"""The host of a page: one thread that serves requests and trains, and its events and snapshots for the window."""
