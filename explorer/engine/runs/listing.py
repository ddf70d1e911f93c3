"""The runs in a folder, the last changed first."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from explorer.engine.errors import ExplorerError
from explorer.engine.files import read_json

__all__ = ["newest_runs", "runs_of_pages"]


def newest_runs(folder: Path) -> list[tuple[float, Path]]:
    """Time of the last change, seconds since 1970, and folder of each run, the last changed first.

    Args:
        folder: Folder of runs; it need not exist.
    """
    try:
        places = [place for place in folder.iterdir() if (place / "config.json").is_file()]
    except OSError:  # the folder does not exist yet
        return []
    return sorted(((_changed(place), place) for place in places), reverse=True)


def runs_of_pages(folder: Path, pages: Collection[str]) -> Iterator[Path]:
    """Folders of the runs of some pages, the last changed first; damaged runs are left out.

    Args:
        folder: Folder of runs; it need not exist.
        pages: Names of the pages.
    """
    for _, place in newest_runs(folder):
        try:
            config = read_json(place / "config.json")
        except ExplorerError:
            continue
        if isinstance(config, dict) and config.get("page") in pages:
            yield place


def _changed(place: Path) -> float:
    times = [0.0]
    for name in ("config.json", "metrics.jsonl", "summary.json"):
        try:
            times.append((place / name).stat().st_mtime)
        except OSError:  # some runs lack the file
            continue
    return max(times)
