"""`bundle` and `classifier`: write a model, or a classifier of a dataset, as a small file for the application."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from explorer.cli.progress import Working, download_progress
from explorer.engine import BadInput, open_data
from explorer.engine.bundle import make_bundle
from explorer.engine.data.instruments import make_classifier
from explorer.engine.errors import WriteError
from explorer.engine.files import check_writable

__all__ = ["bundle", "classifier"]

_SUFFIX = ".safetensors"


def bundle(arguments: argparse.Namespace) -> int:
    """Writes a bundled model and prints its card; see the help of `bundle`."""
    path = _output_path(arguments.out)
    with Working("packing") as working:
        card = make_bundle(Path(arguments.run), path, measured=arguments.n, progress=working.count)
    return _report("bundle", path, card, arguments.json)


def classifier(arguments: argparse.Namespace) -> int:
    """Trains a classifier and prints its card; see the help of `classifier`."""
    path = _output_path(arguments.out)
    data = open_data(arguments.data, download_progress)
    with Working("training a classifier") as working:
        card = make_classifier(data, path, seed=arguments.seed, progress=working.count)
    return _report("classifier", path, card, arguments.json)


def _output_path(text: str) -> Path:
    """The path of --out, checked before minutes of work begin."""
    path = Path(text)
    try:
        check_writable(path)
    except WriteError as error:
        raise BadInput(f"{error} (--out)") from None
    if path.suffix != _SUFFIX or path.is_dir():
        raise BadInput(f"--out takes a file that ends in {_SUFFIX}, not {text}")
    path.absolute().parent.mkdir(parents=True, exist_ok=True)
    return path


def _report(what: str, path: Path, card: Mapping[str, Any], as_json: bool) -> int:
    size = path.stat().st_size
    if as_json:
        print(json.dumps({what: str(path), "bytes": size, "card": card}, allow_nan=False))
        return 0
    print(f"{path}: {size:,} bytes")
    print(json.dumps(card, indent=1, ensure_ascii=False))
    return 0
