"""`classifier`: a classifier of a dataset, as those that come with the application were made."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from explorer.cli.progress import download_progress
from explorer.engine import open_data
from explorer.engine.classifier import make_classifier

__all__ = ["classifier"]


def classifier(arguments: argparse.Namespace) -> int:
    """Trains a classifier and prints its card; see the help of `classifier`."""

    def progress(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)

    path = Path(arguments.out)
    card = make_classifier(open_data(arguments.data, download_progress), path, seed=arguments.seed, progress=progress)
    size = path.stat().st_size
    if arguments.json:
        print(json.dumps({"classifier": str(path), "bytes": size, "card": card}, allow_nan=False))
        return 0
    print(f"{path}: {size:,} bytes")
    print(json.dumps(card, indent=1, ensure_ascii=False))
    return 0
