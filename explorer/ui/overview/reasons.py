"""What may be asked of a model, and what a family gives of it, as families and pages declare."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from explorer.data import SOURCES
from explorer.ui.numbers import THIN_SPACE, count
from explorer.ui.overview.family_card import STATED, default_passes
from models import Family
from models.protocol import Canvas, GenerativeModel, HasConditional, HasDecoder, HasLogProb, accepted, views_of
from models.protocol.family import Completion, LatentCode, Likelihood, SampleQuality

__all__ = ["Need", "Reason", "reason"]

_FEW = 100  # passes of a sample up to which it is fast in part
_UNBROKEN = "\u202f"  # a thin space at which no line is broken


class Need(StrEnum):
    """What is asked of a model."""

    LIKELIHOOD = "the likelihood of each datum"
    SPEED = "fast samples"
    CODE = "a latent code z"
    SAMPLES = "the best samples"
    COMPLETION = "missing parts filled in"


@dataclass(frozen=True)
class Reason:
    """How far a model meets a need.

    Attributes:
        grade: From 0, not at all, to 1, fully.
        text: A clause that says why.
    """

    grade: float
    text: str


_LIKELIHOODS: Mapping[Likelihood, Reason] = {
    "exact": Reason(1.0, "the likelihood p(x) is exact"),
    "ODE, and bound": Reason(0.75, "the likelihood p(x) takes an ODE solver, and has a lower bound"),
    "lower bound": Reason(0.5, "the likelihood p(x) has a lower bound only"),
    "estimate": Reason(0.25, "a lower bound on the likelihood p(x) is itself estimated"),
    "none": Reason(0.0, "there is no likelihood p(x)"),
    "": Reason(0.0, "the likelihood is not described"),
}
_OF_DENSITIES: tuple[Likelihood, ...] = ("exact", "ODE, and bound")
_CODES: Mapping[LatentCode, Reason] = {
    "exact": Reason(1.0, "each datum has an exact code z"),
    "along the flow": Reason(0.75, "an ODE leads from a datum to a code as long as the datum"),
    "approximate": Reason(1.0, "each datum has a short code z, which is approximate"),
    "none": Reason(0.0, "there is no latent code"),
    "": Reason(0.0, "a latent code is not described"),
}
_ONE_WAY = Reason(0.5, "each z gives a sample, but nothing leads from a datum to its z")
_QUALITIES: Mapping[SampleQuality, Reason] = {
    "sharp and varied": Reason(1.0, "samples are sharp and varied"),
    "sharp, modes can be lost": Reason(0.5, "samples are sharp, but modes of the data can be lost"),
    "sharp, errors add up": Reason(0.5, "samples are sharp in detail, but errors add up from entry to entry"),
    "varied, joined modes": Reason(0.5, "samples are varied, but some lie on bridges between modes"),
    "varied, blurred": Reason(0.25, "samples are varied, but blurred"),
    "": Reason(0.0, "the quality of samples is not described"),
}
_COMPLETIONS: Mapping[Completion, Reason] = {
    "given all others": Reason(1.0, "missing entries are drawn given all others"),
    "given those before": Reason(0.75, "missing entries are drawn, each given those before it alone"),
    "": Reason(0.0, "nothing here fills in missing parts"),
}


def reason(need: Need, family: Family, page: type[GenerativeModel], data: str) -> Reason:
    """What a model gives of a need.

    Args:
        need: The need.
        family: Family of the model.
        page: The model.
        data: A dataset that the model takes.
    """
    match need:
        case Need.LIKELIHOOD:
            return _likelihood(family, page)
        case Need.SPEED:
            return _speed(page, data)
        case Need.CODE:
            return _code(family, page, data)
        case Need.SAMPLES:
            return _QUALITIES[family.sample_quality]
        case Need.COMPLETION:
            return _COMPLETIONS[family.completion if fills_in(page) else ""]


def fills_in(page: type[GenerativeModel]) -> bool:
    """Whether a page draws the missing part of a datum: its model has conditionals, or a view takes a canvas."""
    return issubclass(page, HasConditional) or any(Canvas in view.inputs.values() for view in views_of(page).values())


def _likelihood(family: Family, page: type[GenerativeModel]) -> Reason:
    if family.likelihood in _OF_DENSITIES and not issubclass(page, HasLogProb):
        return Reason(0.0, "this family computes no likelihood p(x) of these data")
    return _LIKELIHOODS[family.likelihood]


def _code(family: Family, page: type[GenerativeModel], data: str) -> Reason:
    found, kind = _CODES[family.latent_code], SOURCES[data].kind
    if family.latent_code == "none" and issubclass(page, HasDecoder):
        return _ONE_WAY
    if family.latent_code == "exact" and page.noise_dims(page.Config(), kind) == math.prod(kind.shape):
        return Reason(found.grade, f"{found.text}, as long as the datum")
    return found


def _speed(page: type[GenerativeModel], data: str) -> Reason:
    stated = _stated(page, data)
    kind = SOURCES[stated].kind
    passes, size = default_passes(page, kind), math.prod(kind.shape)
    if passes == 1:
        return Reason(1.0, "a sample takes one pass through the network")
    grade = 0.5 if passes <= _FEW else 0.0
    each = f", one for each entry ({SOURCES[stated].title})" if passes == size else ""
    number = count(passes).replace(THIN_SPACE, _UNBROKEN)
    return Reason(grade, f"a sample takes {number} passes{each}")


def _stated(page: type[GenerativeModel], data: str) -> str:
    """The dataset whose numbers the family's card states, where it is of the same kind, so that both agree."""
    plural = SOURCES[data].kind.plural
    same = (name for name in STATED if SOURCES[name].kind.plural == plural)
    return next((name for name in same if accepted(SOURCES[name].kind, page.accepts)), data)
