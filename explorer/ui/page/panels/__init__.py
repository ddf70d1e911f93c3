"""Panels around the cards; they know the state of the page, and signal what is asked for."""
