"""Editors, one for each kind of input."""
