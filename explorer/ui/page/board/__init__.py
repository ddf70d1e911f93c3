"""The cards of a page: which there are, where they stand, which are in sight, and what each shows."""
