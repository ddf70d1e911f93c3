"""The state of a page: objects without widgets, from which everything else on the page reads."""
