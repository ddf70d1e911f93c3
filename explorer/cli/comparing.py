"""`compare`: two runs of one page side by side."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from explorer import figures
from explorer.cli.drawing import check_folder, style_of
from explorer.engine import BadInput
from explorer.engine.compare import (
    LETTERS,
    Differences,
    Pair,
    captioned,
    compared_curves,
    differences,
    last_values,
    read_pair,
)

__all__ = ["compare"]

_MISSING = "–"


def compare(arguments: argparse.Namespace) -> int:
    """Compares two runs; see the help of `compare`."""
    path = None if arguments.out is None else Path(arguments.out)
    style = style_of(arguments)
    if path is not None:
        figures.check_path(path)
        check_folder(path)
    pair = read_pair(Path(arguments.first), Path(arguments.second))
    found = differences(pair)
    if path is not None:
        _draw(pair, path, style)
    if arguments.json:
        print(json.dumps(_as_json(pair, found), allow_nan=False, ensure_ascii=False))
        return 0
    for letter, compared in zip(LETTERS, pair, strict=True):
        print(f"{letter}  {compared.run.folder}: {compared.name}, step {compared.step}")
    print()
    _print_settings(pair, found)
    _print_metrics(pair)
    if path is not None:
        print(f"\n{path}")
    return 0


def _draw(pair: Pair, path: Path, style: figures.Style) -> None:
    curves = compared_curves(pair)
    if not curves.series:
        raise BadInput("neither run has measured anything, so there are no curves to draw; train them first")
    figures.save(captioned(curves, pair), path, style=style, identity={**pair.identity, "view": "curves"})


def _print_settings(pair: Pair, found: Differences) -> None:
    if pair.is_same:
        print("A and B are the same run")
    elif found.rows:
        _print_table([("", *LETTERS), *((row.name, row.first, row.second) for row in found.rows)])
        print(f"{found.equal} settings are equal")
    else:
        print(f"all {found.equal} settings are equal")


def _print_metrics(pair: Pair) -> None:
    values = last_values(pair)
    if values:
        print("\nlast values")
        rows = [(each.name, _number(each.first), _number(each.second)) for each in values]
        _print_table([("", *LETTERS), *rows], right=True)


def _print_table(rows: Sequence[Sequence[str]], right: bool = False) -> None:
    """Prints rows of equally many texts in columns, those after the first flush right where asked for."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *values in rows:
        cells = (f"{value:{'>' if right else '<'}{width}}" for value, width in zip(values, widths[1:], strict=True))
        print("  ".join(["", f"{name:<{widths[0]}}", *cells]).rstrip())


def _number(value: float | None) -> str:
    return _MISSING if value is None else f"{value:.4f}"


def _as_json(pair: Pair, found: Differences) -> dict[str, Any]:
    def finite(value: float | None) -> float | None:
        return value if value is not None and math.isfinite(value) else None

    return {
        "runs": [str(compared.run.folder) for compared in pair],
        "steps": [compared.step for compared in pair],
        "differences": [{"name": row.name, "values": [row.first, row.second]} for row in found.rows],
        "equal": found.equal,
        "metrics": {each.key: [finite(each.first), finite(each.second)] for each in last_values(pair)},
    }
