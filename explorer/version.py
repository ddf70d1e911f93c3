"""The version of the application."""

import re

__version__ = "0.1.0"


def is_newer(version: str) -> bool:
    """Whether a version is newer than this one."""
    return _numbers(version) > _numbers(__version__)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
