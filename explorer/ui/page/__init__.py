"""A page: what is generated for one model or lab."""

from explorer.ui.page.page import PageWidget

__all__ = ["PageWidget"]
