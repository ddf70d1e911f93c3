"""The panels around the cards."""
