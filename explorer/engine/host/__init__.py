"""The host of a page: one thread that serves requests and trains, and what it leaves for the window."""
