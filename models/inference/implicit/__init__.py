"""The page `implicit`: models that can only be run, and q that can only be drawn from."""

from models.inference.implicit.model import ImplicitModel

__all__ = ["ImplicitModel"]
