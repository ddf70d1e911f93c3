"""Which family goes with data of a kind and what is needed of a model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

from explorer.data import SOURCES, source
from explorer.ui.overview.reasons import Need, reason
from models import Family
from models.protocol import GenerativeModel, accepted

__all__ = ["Advice", "Verdict", "advise", "data_kinds"]


class Verdict(StrEnum):
    """How much of what is asked a family gives."""

    FITS = "fits"
    PARTLY = "fits in part"
    NOT = "does not fit"


@dataclass(frozen=True)
class Advice:
    """What a family gives of what was asked.

    Attributes:
        family: The family.
        verdict: How much that is.
        text: One or two sentences that say why.
        page: The page to open, or None where no page takes the data.
        title: Its title.
        preset: Title of its preset for such data, or "".
    """

    family: Family
    verdict: Verdict
    text: str
    page: str | None = None
    title: str = ""
    preset: str = ""


_Rank = tuple[bool, float, bool]  # whether a model takes the data, mean grade, whether a preset suits data and device


def data_kinds(families: Iterable[Family]) -> dict[str, str]:
    """What the kinds of data are called that a model of some families takes, by the first dataset of each."""
    pages = [page for family in families for page in family.pages.values() if issubclass(page, GenerativeModel)]
    first: dict[str, str] = {}
    for name, declared in SOURCES.items():
        if any(accepted(declared.kind, page.accepts) for page in pages):
            first.setdefault(declared.kind.plural, name)
    return {name: plural for plural, name in first.items()}


def advise(families: Iterable[Family], data: str, needs: Sequence[Need], device: str) -> list[Advice]:
    """What each family gives, best first; among equals in the order given.

    Args:
        families: The families.
        data: A dataset of the kind.
        needs: What is asked, at least one.
        device: "cpu" or "cuda": where a model is to be trained. What is meant for a CPU trains on a GPU too.
    """
    judged = [_judge(family, data, needs, device) for family in families]
    return [advice for _, advice in sorted(judged, key=lambda each: each[0], reverse=True)]


def _judge(family: Family, data: str, needs: Sequence[Need], device: str) -> tuple[_Rank, Advice]:
    """The model that gives most, the first of equals; else a lab that takes the data; else nothing."""
    kind = SOURCES[data].kind
    fitting = {name: page for name, page in family.pages.items() if accepted(kind, page.accepts)}
    models = [
        _judge_model(family, name, page, data, needs, device)
        for name, page in fitting.items()
        if issubclass(page, GenerativeModel)
    ]
    if models:
        return max(models, key=lambda each: each[0])
    text = f"No model of this family takes {kind.plural}"
    for name, page in fitting.items():
        return (False, 0.0, True), Advice(family, Verdict.NOT, f"{text}; a lab does.", name, page.title)
    return (False, 0.0, False), Advice(family, Verdict.NOT, f"{text}.")


def _judge_model(
    family: Family, name: str, page: type[GenerativeModel], data: str, needs: Sequence[Need], device: str
) -> tuple[_Rank, Advice]:
    reasons = [reason(need, family, page, data) for need in needs]
    grades = [each.grade for each in reasons]
    preset, lacking = _preset(page, data, device)
    suits = not lacking
    verdict = Verdict.FITS if suits and min(grades) == 1 else Verdict.PARTLY if any(grades) else Verdict.NOT
    text = _sentence([each.text for each in reasons]) + lacking
    return (True, fmean(grades), suits), Advice(family, verdict, text, name, page.title, preset)


def _preset(page: type[GenerativeModel], data: str, device: str) -> tuple[str, str]:
    """The preset for data of the kind and a device, else for such data, or ""; and a sentence if one is lacking."""
    plural = SOURCES[data].kind.plural
    titles = {p.device: p.title for p in reversed(page.presets) if type(source(p.data)).kind.plural == plural}
    if not titles:
        return "", f" It has no preset for {plural}."
    if device == "cpu" and device not in titles:
        return titles["cuda"], f" Its presets for {plural} are meant for a GPU."
    return titles.get(device, titles.get("cpu", "")), ""


def _sentence(clauses: Sequence[str]) -> str:
    text = "; ".join(clauses)
    return f"{text[0].upper()}{text[1:]}."
