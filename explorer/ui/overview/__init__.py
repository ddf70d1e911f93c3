"""The overview: families by the amount of noise they draw, recent runs, and a path for newcomers."""

from explorer.ui.overview.overview import Overview

__all__ = ["Overview"]
