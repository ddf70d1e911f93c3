"""The cards of a page and their arrangement."""
