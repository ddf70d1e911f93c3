"""When pyqtgraph is imported."""

from __future__ import annotations

import importlib

from explorer.startup import importing

__all__ = ["load_pyqtgraph"]


def load_pyqtgraph() -> None:
    """Imports pyqtgraph, which takes half a second, so that the first frame need not wait for it."""
    with importing():
        importlib.import_module("explorer.ui.frames.canvas")
