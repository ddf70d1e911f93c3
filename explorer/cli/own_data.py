"""`list --data`: what a file or folder of the user can be used as."""

from __future__ import annotations

import dataclasses
import json
import textwrap
from typing import Any

import models
from explorer.data import SOURCES, DataError, Source, open_dataset, source, summary_of
from explorer.data.own_path import readings
from explorer.engine import BadInput
from models.protocol import BadValue, Kind, accepted

__all__ = ["list_data"]


def list_data(text: str, as_json: bool) -> int:
    """Prints the datasets that a path can be used as, their summaries and the pages that take them.

    Raises:
        BadInput: It can be used as none; the message says why.
    """
    found, refusals = list[dict[str, Any]](), list[str]()
    for candidate in _candidates(text):
        try:
            data = open_dataset(str(candidate))
            found.append({"data": str(candidate), **dataclasses.asdict(summary_of(data)), "pages": _pages(data.kind)})
            if not as_json:
                print(f"--data '{candidate}'\n{textwrap.indent(str(summary_of(data)), '  ')}")
                print(f"  {'pages:':<12}{', '.join(found[-1]['pages']) or 'none takes it with these parameters'}\n")
        except (DataError, BadValue) as error:
            refusals.append(f"{type(candidate).title.lower()}: {error}")
    if not found:
        raise BadInput("; ".join(refusals) or f"{text} is no file or folder of a kind that is read")
    if as_json:
        print(json.dumps({"readings": found, "refused": refusals}, ensure_ascii=False))
    else:
        print("\n".join(f"not as {refusal}" for refusal in refusals), end="\n" if refusals else "")
    return 0


def _candidates(text: str) -> list[Source]:
    if text.partition(":")[0] in SOURCES:
        try:
            return [source(text)]
        except ValueError as error:
            raise BadInput(str(error)) from None
    return list[Source](readings(text))


def _pages(kind: Kind) -> list[str]:
    return [name for family in models.FAMILIES for name, page in family.pages.items() if accepted(kind, page.accepts)]
