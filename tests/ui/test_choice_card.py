"""The card "Which family for my data?": its questions, its answers, and the pages that they lead to."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any, get_args

import pytest
import toys
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from explorer.data import SOURCES, source
from explorer.ui.controls import Combo
from explorer.ui.overview.advice import Advice, Verdict, advise, data_kinds
from explorer.ui.overview.choice_card import ChoiceCard
from explorer.ui.overview.family_card import family_passes
from explorer.ui.overview.reasons import Need, fills_in, reason
from models import FAMILIES, find_page
from models.protocol import GenerativeModel, HasLatent, HasLogProb, accepted
from models.protocol.family import Completion, Family, LatentCode, Likelihood, SampleQuality

KINDS = data_kinds(FAMILIES)
FIVE = tuple(family for family in FAMILIES if family.id in ("vae", "autoregressive", "flows", "gan", "diffusion"))


def models_of(family: Family) -> list[type[GenerativeModel]]:
    return [page for page in family.pages.values() if issubclass(page, GenerativeModel)]


def advice_of(family: str, data: str, *needs: Need, device: str = "cpu") -> Advice:
    return next(advice for advice in advise(FAMILIES, data, needs, device) if advice.family.id == family)


def pick(combo: Combo, value: Any) -> None:
    """Chooses from a drop-down list with the keyboard."""
    combo.setFocus()
    away = combo._values.index(value) - combo.currentIndex()
    for _ in range(abs(away)):
        QTest.keyClick(combo, Qt.Key.Key_Down if away > 0 else Qt.Key.Key_Up)


@pytest.fixture
def card(theme, make_widget) -> ChoiceCard:
    return make_widget(ChoiceCard(theme, FIVE), 960, 400)


def said(card: ChoiceCard) -> list[tuple[str, str, str]]:
    return [(row.family.text(), row.verdict.text(), row.text.text()) for row in card.rows if row.isVisible()]


# What is declared is true of the models


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.id)
def test_what_a_family_declares_is_what_its_models_can_do(family: Family) -> None:
    models = models_of(family)
    dense = {"exact", "ODE, and bound"}
    assert any(issubclass(page, HasLogProb) for page in models) == (family.likelihood in dense)
    bounded = [any("elbo" in metric.key for metric in page.metrics) for page in models]
    assert all(bounded) or family.likelihood != "lower bound"
    assert not any(bounded) or family.likelihood != "none"
    assert any(issubclass(page, HasLatent) for page in models) == (family.latent_code == "approximate")
    assert any(map(fills_in, models)) == bool(family.completion)
    assert family.sample_quality


@pytest.mark.parametrize(
    ("field", "words", "need"),
    [
        ("likelihood", Likelihood, Need.LIKELIHOOD),
        ("latent_code", LatentCode, Need.CODE),
        ("sample_quality", SampleQuality, Need.SAMPLES),
        ("completion", Completion, Need.COMPLETION),
    ],
)
def test_each_word_that_a_family_may_declare_has_a_reason_of_its_own(field: str, words: Any, need: Need) -> None:
    autoregressive = next(family for family in FAMILIES if family.completion)
    page = models_of(autoregressive)[0]
    declared = [dataclasses.replace(autoregressive, **{field: word}) for word in get_args(words)]
    reasons = [reason(need, family, page, "digits-binary") for family in declared]
    assert len({each.text for each in reasons}) == len(reasons)
    assert reasons[-1].grade == 0  # where nothing is declared
    assert max(each.grade for each in reasons) == 1


def test_the_passes_of_a_sample_are_those_on_the_card_of_the_family() -> None:
    one = "A sample takes one pass through the network."
    for family in FAMILIES:
        text = advice_of(family.id, "digits", Need.SPEED).text
        assert text == one if family_passes(family) == 1 else f" {family_passes(family)} passes" in text
    text = "A sample takes 784 passes, one for each entry (MNIST)."
    assert advice_of("autoregressive", "digits", Need.SPEED).text == text
    assert "2\u202f048 passes" in advice_of("autoregressive", "tones", Need.SPEED).text  # no line ends in the number


# Answers lead to pages


@pytest.mark.parametrize("device", ["cpu", "cuda"])
@pytest.mark.parametrize("data", KINDS)
def test_each_answer_leads_to_a_page_that_accepts_the_kind(data: str, device: str) -> None:
    kind = SOURCES[data].kind
    for needs in ([need] for need in Need), itertools.permutations(Need, 2):
        for asked in needs:
            advices = advise(FAMILIES, data, asked, device)
            assert sorted(advice.family.id for advice in advices) == sorted(family.id for family in FAMILIES)
            for advice in advices:
                takes = [name for name, page in advice.family.pages.items() if accepted(kind, page.accepts)]
                assert (advice.page in takes) if takes else (advice.page is None)
                if advice.page is None:
                    assert advice.verdict is Verdict.NOT
                    continue
                page = find_page(advice.page)
                trained = [name for name in takes if issubclass(find_page(name), GenerativeModel)]
                assert issubclass(page, GenerativeModel) == bool(trained)
                assert advice.title == page.title
                presets = [preset for preset in page.presets if preset.title == advice.preset]
                assert len(presets) == bool(advice.preset)
                assert all(accepted(source(preset.data).kind, (type(kind),)) for preset in presets)


def test_every_kind_of_the_catalogue_that_a_model_takes_is_offered(card: ChoiceCard) -> None:
    taken = {
        declared.kind.plural for declared in SOURCES.values()
        if any(accepted(declared.kind, page.accepts) for family in FIVE for page in models_of(family))
    }  # fmt: skip
    assert {card.data.itemText(row) for row in range(card.data.count())} == taken
    assert data_kinds([toys.FAMILY]).keys() <= SOURCES.keys()


# The card


def test_answers_change_order_and_reasons_at_once(card: ChoiceCard) -> None:
    pick(card.data, "digits")
    assert said(card) == [
        ("Autoregressive", "fits", "The likelihood p(x) is exact."),
        ("Flows", "fits", "The likelihood p(x) is exact."),
        ("VAE", "fits in part", "The likelihood p(x) has a lower bound only."),
        ("GAN", "does not fit", "There is no likelihood p(x)."),
        ("Diffusion", "does not fit", "This family computes no likelihood p(x) of these data."),
    ]
    pick(card.other, Need.SPEED)
    assert [name for name, *_ in said(card)] == ["Flows", "VAE", "Autoregressive", "GAN", "Diffusion"]
    assert said(card)[2][1] == "fits in part"
    assert "784 passes" in said(card)[2][2]
    pick(card.need, Need.COMPLETION)
    assert said(card)[0][0] == "Diffusion"
    assert "given all others" in said(card)[0][2]


def test_no_model_is_said_to_do_what_another_page_of_its_family_does() -> None:
    assert "no likelihood" in advice_of("diffusion", "digits", Need.LIKELIHOOD).text
    assert "ODE" in advice_of("diffusion", "ring8", Need.LIKELIHOOD).text
    assert "given all others" in advice_of("diffusion", "digits", Need.COMPLETION).text
    assert "nothing" in advice_of("diffusion", "ring8", Need.COMPLETION).text.lower()


def test_a_code_is_described_by_its_length_and_direction(card: ChoiceCard) -> None:
    pick(card.data, "digits")
    pick(card.need, Need.CODE)
    assert said(card)[:4] == [
        ("VAE", "fits", "Each datum has a short code z, which is approximate."),
        ("Flows", "fits", "Each datum has an exact code z, as long as the datum."),
        ("Diffusion", "fits in part", "An ODE leads from a datum to a code as long as the datum."),
        ("GAN", "fits in part", "Each z gives a sample, but nothing leads from a datum to its z."),
    ]


def test_families_without_a_page_for_the_data_are_named(card: ChoiceCard) -> None:
    pick(card.data, "tones")
    assert [name for name, *_ in said(card)] == ["Autoregressive"]
    assert card.rest.isVisible()
    assert card.rest.text() == "VAE, Flows, GAN, Diffusion: no page takes sounds."
    pick(card.data, "digits")
    assert not card.rest.isVisible()


def test_the_second_need_is_another_than_the_first(card: ChoiceCard) -> None:
    pick(card.other, Need.CODE)
    pick(card.need, Need.CODE)
    assert card.other.value is None
    assert Need.CODE.value not in [card.other.itemText(row) for row in range(card.other.count())]


def test_what_is_meant_for_a_gpu_is_said_where_there_is_none(card: ChoiceCard) -> None:
    pick(card.data, "sprites-colour")
    assert said(card)[0] == (
        "Flows", "fits in part", "The likelihood p(x) is exact. Its presets for colour images are meant for a GPU.",
    )  # fmt: skip
    QTest.mouseClick(card.time, Qt.MouseButton.LeftButton, pos=card.time.segment("cuda").center().toPoint())
    assert said(card)[0] == ("Flows", "fits", "The likelihood p(x) is exact.")


def test_a_kind_without_a_preset_is_said(card: ChoiceCard) -> None:
    pick(card.data, "digits-binary")
    flows = next(text for name, _, text in said(card) if name == "Flows")
    assert flows == "The likelihood p(x) is exact. It has no preset for binary images."


# In the window


def test_the_card_is_folded_until_it_is_asked_for_and_its_link_opens_the_page_with_such_data(driver) -> None:
    window = driver.window
    window.show_tab("overview")
    card = window.overview.choice
    below = next(iter(window.overview.cards.values()))
    assert not card.isVisible()
    before = below.y()
    driver.click("choose.toggle")
    driver.until(lambda: below.y() >= card.geometry().bottom() > before)
    driver.pick("choose.data", "gaussian6")
    driver.click("choose.open.0")
    assert (driver.page.name, driver.page.draft.kind()) == ("real-nvp", SOURCES["gaussian6"].kind)
    driver.until(lambda: driver.page.shown.source is not None)


def test_a_page_that_has_such_data_keeps_its_settings(driver) -> None:
    window = driver.window
    window.show_page("vae")
    driver.page.draft.set_values({"hidden": 77})
    before = driver.page.draft.state
    window.show_tab("overview")
    driver.click("choose.toggle")
    driver.pick("choose.data", next(name for name, kind in KINDS.items() if kind == driver_kind(window)))
    driver.pick("choose.need", Need.CODE)
    driver.click("choose.open.0")
    assert driver.page.name == "vae"
    assert driver.page.draft.state == before


def driver_kind(window) -> str:
    return window.pages["vae"].draft.kind().plural


def test_the_card_folds_again_and_is_reached_before_the_families_by_the_tab_key(driver) -> None:
    window = driver.window
    window.show_tab("overview")
    driver.click("choose.toggle")
    driver.find("choose.toggle").setFocus()
    driver.key(Qt.Key.Key_Tab)
    assert driver.find("choose.data").hasFocus()
    driver.click("choose.toggle")
    assert not window.overview.choice.isVisible()


@pytest.mark.parametrize("width", [896, 1376])
@pytest.mark.parametrize("data", KINDS)
def test_nothing_in_the_card_is_cut(data: str, width: int, theme, make_widget) -> None:
    card = make_widget(ChoiceCard(theme, FAMILIES), width, 500)
    pick(card.data, data)
    pick(card.need, Need.CODE)
    pick(card.other, Need.SAMPLES)
    card.resize(width, max(card.heightForWidth(width), card.minimumSizeHint().height()))
    assert card.minimumSizeHint().width() <= width
    for combo in (card.data, card.need, card.other):
        assert combo.shown_text() == combo.currentText()
    for row in (row for row in card.rows if row.isVisible()):
        assert row.text.height() >= row.text.heightForWidth(row.text.width())
        assert row.family.width() >= row.family.fontMetrics().horizontalAdvance(row.family.text())
        assert row.button.width() >= row.button.sizeHint().width()
    assert len({row.text.width() for row in card.rows if row.isVisible()}) == 1
