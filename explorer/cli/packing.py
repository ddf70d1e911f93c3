"""`bundle` and `classifier`: a model, or a classifier of data, as a small file that comes with the application."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from explorer.cli.progress import count_progress, download_progress
from explorer.engine import BadInput, open_data
from explorer.engine.bundle import make_bundle
from explorer.engine.data.instruments import make_classifier

__all__ = ["bundle", "classifier"]

_SUFFIX = ".safetensors"


def bundle(arguments: argparse.Namespace) -> int:
    """Writes a bundled model and prints its card; see the help of `bundle`."""
    path = _place(arguments.out)
    return _told("bundle", path, make_bundle(Path(arguments.run), path, progress=count_progress), arguments.json)


def classifier(arguments: argparse.Namespace) -> int:
    """Trains a classifier and prints its card; see the help of `classifier`."""
    path = _place(arguments.out)
    data = open_data(arguments.data, download_progress)
    card = make_classifier(data, path, seed=arguments.seed, progress=count_progress)
    return _told("classifier", path, card, arguments.json)


def _place(text: str) -> Path:
    """Where the file is to be, looked at before minutes of work are spent on it."""
    path = Path(text)
    if path.suffix != _SUFFIX or path.is_dir():
        raise BadInput(f"--out takes a file that ends in {_SUFFIX}, not {text}")
    there = next(folder for folder in path.absolute().parents if folder.exists())
    if not (there.is_dir() and os.access(there, os.W_OK)):
        raise BadInput(f"{there} cannot be written to; choose another --out than {text}")
    return path


def _told(what: str, path: Path, card: Mapping[str, Any], as_json: bool) -> int:
    size = path.stat().st_size
    if as_json:
        print(json.dumps({what: str(path), "bytes": size, "card": card}, allow_nan=False))
        return 0
    print(f"{path}: {size:,} bytes")
    print(json.dumps(card, indent=1, ensure_ascii=False))
    return 0
