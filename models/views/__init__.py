"""Views that ask for a capability of a model, not for a family."""
