"""`bundle`: a trained run as the small file that comes with the application."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from explorer.engine.bundle import make_bundle

__all__ = ["bundle"]


def bundle(arguments: argparse.Namespace) -> int:
    """Writes a bundled model and prints its card; see the help of `bundle`."""

    def progress(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)

    path = Path(arguments.out)
    card = make_bundle(Path(arguments.run), path, progress=progress)
    size = path.stat().st_size
    if arguments.json:
        print(json.dumps({"bundle": str(path), "bytes": size, "card": card}, allow_nan=False))
        return 0
    print(f"{path}: {size:,} bytes")
    print(json.dumps(card, indent=1, ensure_ascii=False))
    return 0
