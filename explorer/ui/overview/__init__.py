"""The overview: every family by the noise it needs, recent runs, and where to begin."""

from explorer.ui.overview.overview import Overview

__all__ = ["Overview"]
