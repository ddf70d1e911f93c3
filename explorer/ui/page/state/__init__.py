"""The state of a page, without widgets."""
