"""Explain of the labs: the setting first, then equations that are typeset, with values that follow the parameters."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea

import models
from explorer.ui.controls import text_label
from explorer.ui.explain import Explain, typesetter
from explorer.ui.explain.formula_view import FormulaView
from explorer.ui.explain.rows import SumRow, TermRow
from explorer.ui.numbers import number
from explorer.ui.page.panels.docks import EXPLAIN
from models.protocol import Lab, build, params_of

LABS = {
    name: page for family in models.FAMILIES for name, page in family.pages.items() if issubclass(page, Lab)
}  # fmt: skip
_MARGINS = 32  # px of Explain


def _formulas(page: type[Lab], config: Any) -> set[str]:
    objective = page.objective_of(config)
    assert objective is not None
    lines = {f"{form.tex} =" if form.total is not None else form.tex for form in objective.forms if form.tex}
    terms = [term for form in objective.forms for term in (*form.terms, form.total) if term is not None]
    return lines | {term.tex for term in terms}


def _every_choice(page: type[Lab]) -> list[Any]:
    """Configs with every combination of the choices that a lab declares, and with its numbers at both ends."""
    choices = {name: list(declared.choices) for name, declared in params_of(page.Config).items() if declared.choices}
    configs = [
        build(page.Config, dict(zip(choices, chosen, strict=True))) for chosen in itertools.product(*choices.values())
    ]
    limits = [
        build(page.Config, {name: end})
        for name, declared in params_of(page.Config).items()
        for end in (declared.low, declared.high)
        if end is not None
    ]
    return [*configs, *limits]


@pytest.mark.parametrize("name", LABS)
def test_every_formula_can_be_typeset(name, qtbot) -> None:
    page = LABS[name]
    formulas = {tex for config in _every_choice(page) for tex in _formulas(page, config)}
    typesetter().ask(formulas)
    qtbot.waitUntil(lambda: all(typesetter().found(tex) is not None for tex in formulas), timeout=60_000)
    problems = {tex: found.problem for tex in formulas if (found := typesetter().found(tex)) and found.whole is None}
    assert problems == {}


@pytest.mark.parametrize("name", LABS)
def test_each_sentence_of_the_setting_fits_two_lines(name, make_widget) -> None:
    label = make_widget(text_label("", "prose", wrap=True))
    metrics = QFontMetrics(label.font())
    for sentence in LABS[name].about.split(". "):
        text = sentence if sentence.endswith(".") else f"{sentence}."
        box = metrics.boundingRect(QRect(0, 0, EXPLAIN - _MARGINS, 1000), int(Qt.TextFlag.TextWordWrap), text)
        assert box.height() <= 2 * metrics.lineSpacing(), text


@pytest.mark.parametrize("name", LABS)
def test_the_setting_comes_first_and_every_row_has_its_value(name, theme, make_widget, qtbot) -> None:
    page = LABS[name]
    config = page.Config()
    objective, values = page.objective_of(config), page(config).values()
    assert objective is not None
    explain = make_widget(Explain(theme), EXPLAIN, 1400)
    explain.show_page(page, config)
    qtbot.waitUntil(lambda: explain.is_set, timeout=60_000)
    explain.show_values(values, config)
    for _ in range(3):
        QApplication.processEvents()
    headings = [label.text() for label in explain.findChildren(QLabel) if label.property("kind") == "section"]
    assert headings == [page.title, "Setting", *(form.title for form in objective.forms), "What to look at", "Try next"]
    assert page.about in [label.text() for label in explain.findChildren(QLabel)]
    shown = [(row.term, row.value.text()) for row in explain.rows]
    terms = [term for form in objective.forms for term in (*form.terms, form.total) if term is not None]
    assert shown == [(term, number(term.value(values[term.metric], config))) for term in terms]
    names = [row.objectName() for row in explain.rows]
    assert len({*names}) == len(names) or name == "reparameterization"  # there two terms are one number
    assert all("newest step" not in row.toolTip() for row in explain.rows)


@pytest.mark.parametrize("name", LABS)
def test_formulas_and_values_stay_within_the_panel(name, theme, make_widget, qtbot) -> None:
    page = LABS[name]
    explain = make_widget(Explain(theme), EXPLAIN, 700)
    explain.show_page(page, page.Config())
    qtbot.waitUntil(lambda: explain.is_set, timeout=60_000)
    explain.show_values(page(page.Config()).values(), page.Config())
    for _ in range(3):
        QApplication.processEvents()
    body = explain.findChild(QScrollArea).widget()
    assert body.width() <= EXPLAIN
    for view in body.findChildren(FormulaView):
        assert view.mapTo(body, view.rect().bottomRight()).x() <= body.width()
        assert view.heightForWidth(view.width()) <= view.height() + 1
    for row in explain.rows:
        assert row.value.sizeHint().width() <= row.value.width()
        if isinstance(row, TermRow):
            assert not row.value.geometry().intersects(row.formula.geometry())


def test_a_sum_of_a_lab_names_its_symbol_and_its_unit(theme, make_widget) -> None:
    page = LABS["elbo"]
    explain = make_widget(Explain(theme), EXPLAIN, 700)
    explain.show_page(page, page.Config())
    explain.show_values({"log_evidence": -3.142, "gap": 1.0}, page.Config())
    total = next(row for row in explain.rows if isinstance(row, SumRow))
    assert total.formula is not None
    assert "nats" in [label.text() for label in total.findChildren(QLabel)]
    assert explain.rows[1].accessibleName() == "gap: 1.00 nats"


def test_values_follow_the_parameters_in_the_window(open_window) -> None:
    driver = open_window(page="elbo")
    page, explain = LABS["elbo"], driver.page.explain

    def shows(**values: float) -> bool:
        config = build(page.Config, values)
        exact = page(config).values()
        return all(row.value.text() == number(row.term.value(exact[row.term.metric], config)) for row in explain.rows)

    assert explain.rows
    driver.until(lambda: shows())
    rows = explain.rows
    driver.fill("param.m", "1.6")
    driver.until(lambda: shows(m=1.6))
    assert explain.rows == rows, "a value that moves must not rebuild the panel"
    bars = driver.frame_of("terms")
    assert number(float(bars.values[bars.labels.index("ELBO")])) == explain.rows[0].value.text()


def test_the_equations_follow_a_choice_in_the_window(open_window) -> None:
    driver = open_window(page="reparameterization")
    driver.until(lambda: not driver.card("recipe").is_empty)
    explain = driver.page.explain
    assert explain.rows[0].term.tex == r"\mathbb{E}_\varepsilon\left[f'(z)\right]"
    choice = driver.find("param.by")
    QTest.mouseClick(choice, Qt.MouseButton.LeftButton, pos=choice.segment("s").center().toPoint())
    driver.until(lambda: explain.rows[0].term.tex == r"\mathbb{E}_\varepsilon\left[f'(z)\,\varepsilon\right]")
    driver.until(lambda: all(row.value.text() != "–" for row in explain.rows))
