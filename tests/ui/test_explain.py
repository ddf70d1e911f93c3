from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QEnterEvent, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QVBoxLayout, QWidget

from explorer.ui.controls import IconButton
from explorer.ui.explain import Explain, formulas, typesetter
from explorer.ui.explain.formula_view import FormulaView, arrange
from explorer.ui.explain.formulas import SIZE, Outline, Typeset, Typesetter, split_formula
from explorer.ui.explain.noise import NoiseBars, dimensions, noise_sentence
from explorer.ui.explain.rows import SumRow, TermRow
from explorer.ui.explain.suggestion import Suggestion
from explorer.ui.theme import DARK, LIGHT
from models import FAMILIES, find_page
from models.protocol import (
    GenerativeModel,
    HasLatent,
    Image,
    Lab,
    Metric,
    Objective,
    Planar,
    Scene,
    Term,
    Try,
    param,
    scenes_of,
)

_LONG = (
    r"-\,\lambda\,\mathbb{E}_x\left[\left(\Vert\nabla D(x)\Vert_2-1\right)^2\right] + \frac{1}{2}\log 2\pi e \sigma^2"
)


class _Model(GenerativeModel, HasLatent):
    title = "A model"
    objective = Objective(
        r"\mathcal{L}(x)",
        (
            Term(r"\mathbb{E}_q[\log p(x|z)]", "rec"),
            Term(r"-\beta\,D_{\mathrm{KL}}(q \Vert p)", "kl", sign=-1, weight="beta"),
            Term(_LONG, "penalty"),
        ),
        total=Term(r"\mathcal{L}", "loss", sign=-1),
        note="What is descended is the negative.",
    )
    metrics = (
        Metric("rec", "Reconstruction", "nats", role="data", help="How likely the datum is."),
        Metric("kl", "KL", "nats", role="prior"),
        Metric("penalty", "Penalty", "nats", role="alt"),
    )
    look_at = "Watch the curves.\n\nThen the map."
    try_next = (
        Try("Raise β to 4: posteriors shrink onto the prior, the KL falls and reconstructions blur", {"beta": 4.0}),
        Try("Go to the lab", page="lab"),
    )

    @dataclass(frozen=True)
    class Config:
        latent: int = param(3, "Latent", 1, 64)
        beta: float = param(2.0, "β", 0.0, 10.0)

    @classmethod
    def latent_dim_of(cls, config, spec) -> int:
        return config.latent

    @classmethod
    def noise_dims(cls, config, kind) -> int:
        return config.latent + 12


class _Lab(Lab):
    title = "A lab"
    look_at = "Drag it."
    try_next = (Try("Make them touch", {"x": 1}),)

    @dataclass(frozen=True)
    class Config:
        x: int = param(1, "x")


_KIND = Image(1, 3, 4, "binary")


@pytest.fixture
def explain(theme, make_widget, qtbot) -> Explain:
    made = make_widget(Explain(theme), 304, 900)
    made.show_page(_Model, _Model.Config(), _KIND)
    qtbot.waitUntil(lambda: made.is_set, timeout=60_000)
    QApplication.processEvents()
    return made


def _texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]


def _inked(widget: QWidget, value: str, left: int = 0, right: int | None = None) -> int:
    """Number of pixels of exactly a colour between two columns."""
    image, wanted = widget.grab().toImage(), QColor(value)
    columns = range(left, image.width() if right is None else right)
    return sum(image.pixelColor(x, y) == wanted for x in columns for y in range(image.height()))


# Typesetting


@pytest.mark.parametrize(
    ("tex", "pieces"),
    [
        ("a + (b + c) - d", ["a", "+ (b + c)", "- d"]),
        (r"\left[x + y\right] - \frac{a+b}{c}", [r"\left[x + y\right]", r"- \frac{a+b}{c}"]),
        (r"-\,\beta\,D = 0", [r"-\,\beta\,D", "= 0"]),
        (r"x_{a+b}", [r"x_{a+b}"]),
    ],
)
def test_a_formula_is_cut_only_outside_all_brackets(tex: str, pieces: list[str]) -> None:
    assert split_formula(tex) == pieces
    assert "".join(pieces).replace(" ", "") == tex.replace(" ", "")


def test_a_formula_is_typeset_once_and_tinted_without_setting_it_again() -> None:
    press = Typesetter()
    press.ask(["x^2", "x", "x^2"])
    thread = press._thread
    assert thread is not None
    thread.join(60)
    square, plain = press.found("x^2"), press.found("x")
    assert square is not None
    assert plain is not None
    assert square.whole is not None
    assert plain.whole is not None
    assert square.whole.width > plain.whole.width  # an exponent is beside and above
    assert square.whole.ascent > plain.whole.ascent
    assert plain.whole.height < SIZE
    red = square.whole.tinted("#ff0000")
    assert b'"#ff0000"' in red
    assert square.whole.svg.count("#010203") == red.count(b"#ff0000") > 0
    press.ask(["x"])  # nothing to do, so no thread
    assert press._thread is None


def test_a_formula_that_cannot_be_typeset_says_why_and_is_shown_as_written(theme, make_widget, qtbot) -> None:
    typesetter().ask([r"\frac{"])
    qtbot.waitUntil(lambda: typesetter().found(r"\frac{") is not None, timeout=60_000)
    found = typesetter().found(r"\frac{")
    assert found is not None
    assert found.whole is None
    assert found.problem
    view = make_widget(FormulaView(theme, r"\frac{"), 120, 24)
    assert view.toolTip() == found.problem
    image = view.grab().toImage()
    light = sum(image.pixelColor(x, y).lightness() > 150 for x in range(60) for y in range(24))
    assert light > 20


def _outline(width: float) -> Outline:
    return Outline("", width, 12.0, 4.0)


def test_a_long_formula_shrinks_a_little_then_breaks_then_shrinks_on() -> None:
    whole, pieces = _outline(300), (_outline(120), _outline(100), _outline(80))
    typeset = Typeset(whole, pieces)
    assert arrange(typeset, 400) == (arrange(typeset, 300)[0], 1.0)
    lines, scale = arrange(typeset, 270)
    assert (len(lines), scale) == (1, pytest.approx(0.9))
    lines, scale = arrange(typeset, 225)
    assert scale == 1.0
    assert [outline for line in lines for outline in line.outlines] == list(pieces)
    assert [len(line.outlines) for line in lines] == [2, 1]
    assert lines[0].indent == 0 < lines[1].indent
    lines, scale = arrange(typeset, 60)
    assert max(line.width for line in lines) * scale <= 60
    assert arrange(Typeset(whole, (whole,)), 150)[1] == pytest.approx(0.5)  # nowhere to break


# The panel


def test_sections_come_in_order_and_only_what_the_page_has(explain, theme, make_widget) -> None:
    headings = [
        label.text() for label in explain.findChildren(QLabel) if label.property("kind") == "section"
    ]  # in the order of their making, which is that of the layout
    assert headings == ["Objective, maximised", "What to look at", "Try next", "Noise dimension"]
    assert explain.objectName() == "explain"
    lab = make_widget(Explain(theme), 304, 400)
    lab.show_page(_Lab, _Lab.Config())
    assert lab.rows == ()
    assert lab.is_set
    assert {"A lab", "What to look at", "Drag it.", "Try next"} <= set(_texts(lab))
    assert not [text for text in _texts(lab) if text.startswith(("Objective", "Noise"))]


def test_values_carry_the_sign_and_weight_of_their_terms_and_a_real_minus(explain) -> None:
    assert [row.value.text() for row in explain.rows] == ["–"] * 4
    explain.show_values({"rec": -132.84, "kl": 6.7, "loss": 146.24}, _Model.Config(beta=2.0))
    assert [row.value.text() for row in explain.rows] == ["−132.8", "−13.4", "–", "−146.2"]
    explain.show_values({"rec": float("nan"), "kl": 6.7}, _Model.Config(beta=0.5))
    assert [row.value.text() for row in explain.rows] == ["NaN", "−3.35", "–", "–"]
    assert explain.rows[1].accessibleName() == "KL: −3.35 nats"


def test_new_values_do_not_typeset_or_draw_a_formula_again(explain) -> None:
    explain.grab()
    before = [row.formula._picture for row in explain.rows if isinstance(row, TermRow)]
    assert all(picture is not None for picture in before)
    explain.show_values({"rec": -1.0, "kl": 2.0, "penalty": 3.0}, _Model.Config())
    explain.grab()
    assert [row.formula._picture for row in explain.rows if isinstance(row, TermRow)] == before


def test_bar_and_formula_have_the_colour_of_the_curve_in_either_theme(explain, theme) -> None:
    for tokens in (DARK, LIGHT):
        theme.set_mode(tokens.name)
        QApplication.processEvents()
        for row, role in zip(explain.rows, ("data", "prior", "alt"), strict=False):
            assert _inked(row, tokens.role(role), right=3) >= 3 * (row.height() - 4)
            assert _inked(row, tokens.role(role), left=8) > 10


@pytest.mark.parametrize("width", [304, 240])
def test_nothing_overlaps_or_leaves_the_panel(explain, width: int) -> None:
    explain.setFixedWidth(width)
    explain.show_values({"rec": -1234.5, "kl": 6.7, "penalty": -1e-5, "loss": 1.0}, _Model.Config())
    for _ in range(3):
        QApplication.processEvents()
    body = explain.findChild(QScrollArea).widget()
    assert body.width() <= width
    for row in explain.rows:
        assert row.geometry().right() < width
        assert row.value.sizeHint().width() <= row.value.width()
        if isinstance(row, TermRow):
            assert not row.value.geometry().intersects(row.formula.geometry())
            assert row.formula.geometry().bottom() <= row.rect().bottom()
            assert row.formula.heightForWidth(row.formula.width()) <= row.formula.height() + 1
    tops = sorted((row.y(), row.y() + row.height()) for row in explain.rows)
    assert all(above[1] <= below[0] for above, below in itertools.pairwise(tops))


def test_the_long_term_is_broken_and_its_value_below(explain) -> None:
    long, short = explain.rows[2], explain.rows[0]
    assert long.value.y() >= long.formula.geometry().bottom()
    assert short.value.geometry().top() == 0
    assert long.height() > 2 * short.height() - 10


def _lifted(row: QWidget) -> bool:
    return _inked(row, DARK.bg3) > 500


def test_hover_on_a_term_names_its_curve_and_emphasise_lifts_its_row(explain) -> None:
    keys: list[str] = []
    explain.hovered.connect(keys.append)
    row = explain.rows[1]
    here = QPointF(5, 5)
    QApplication.sendEvent(row, QEnterEvent(here, here, here))
    assert _lifted(row)
    QApplication.sendEvent(row, QEvent(QEvent.Type.Leave))
    assert keys == ["kl", ""]
    assert not _lifted(row)
    explain.emphasise("rec")
    assert [_lifted(row) for row in explain.rows] == [True, False, False, False]
    explain.emphasise(None)
    assert not any(_lifted(row) for row in explain.rows)


def test_a_sum_that_is_no_curve_thickens_none(explain) -> None:
    keys: list[str] = []
    explain.hovered.connect(keys.append)
    total = explain.rows[-1]
    assert isinstance(total, SumRow)
    QApplication.sendEvent(total, QEnterEvent(QPointF(1, 1), QPointF(1, 1), QPointF(1, 1)))
    assert keys == []
    assert "nats, last batch" in _texts(total)


def test_suggestions_are_carried_out_by_mouse_and_keyboard(explain, qtbot) -> None:
    tried: list[Try] = []
    explain.tried.connect(tried.append)
    first, second = explain.findChildren(Suggestion)
    assert [first.objectName(), second.objectName()] == ["explain.try.0", "explain.try.1"]
    QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    second.setFocus()
    QTest.keyClick(second, Qt.Key.Key_Space)
    assert tried == list(_Model.try_next)
    assert first.heightForWidth(272) > 2 * second.heightForWidth(272) - 10  # three lines
    assert first.height() == first.heightForWidth(first.width())


def test_the_close_button_closes(explain, qtbot) -> None:
    button = next(b for b in explain.findChildren(IconButton) if b.accessibleName() == "Close Explain")
    with qtbot.waitSignal(explain.closed, timeout=1000):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_same_page_again_changes_the_noise_alone(explain) -> None:
    rows, bars = explain.rows, explain.findChild(NoiseBars)
    assert [bar.size for bar in bars.bars] == [3, 12, 12]
    explain.show_page(_Model, _Model.Config(latent=7), _KIND)
    assert all(a is b for a, b in zip(rows, explain.rows, strict=True))
    assert [bar.size for bar in bars.bars] == [7, 12, 12]
    explain.show_page(_Lab, _Lab.Config())
    assert explain.rows == ()
    explain.show_values({"rec": 1.0}, None)


class _Switching(_Model):
    @classmethod
    def objective_of(cls, config) -> Objective:
        terms = cls.objective.terms if config.beta > 0 else cls.objective.terms[:1]
        return Objective(cls.objective.tex, terms, cls.objective.total)


def test_the_terms_are_those_of_the_config_in_force(theme, make_widget) -> None:
    explain = make_widget(Explain(theme), 304, 900)
    explain.show_page(_Switching, _Model.Config(beta=1.0), _KIND)
    assert [row.term.metric for row in explain.rows] == ["rec", "kl", "penalty", "loss"]
    kept = explain.rows[0]
    explain.show_page(_Switching, _Model.Config(beta=3.0), _KIND)
    assert explain.rows[0] is kept
    explain.show_page(_Switching, _Model.Config(beta=0.0), _KIND)
    assert [row.term.metric for row in explain.rows] == ["rec", "loss"]


def test_a_low_window_scrolls_without_a_jump_of_the_text(explain, theme) -> None:
    width = explain.rows[0].width()
    explain.resize(304, 240)
    QApplication.processEvents()
    assert explain.findChild(QScrollArea).verticalScrollBar().maximum() > 0
    assert explain.rows[0].width() == width


# Noise


class _Generator(_Model):
    """No latent space that can be entered: all noise is one."""

    @classmethod
    def noise_dims(cls, config, kind) -> int:
        return config.latent


def test_noise_is_compared_with_the_data() -> None:
    more = dimensions(_Model, _Model.Config(latent=3), _KIND)
    assert [(bar.symbol, bar.role, bar.size) for bar in more] == [
        ("z", "prior", 3),
        ("ε", "prior", 12),
        ("x", "data", 12),
    ]
    assert noise_sentence(more).startswith("Noise 3 + 12 exceeds data 12")
    fewer = dimensions(_Generator, _Model.Config(latent=1), Planar())
    assert [(bar.symbol, bar.size) for bar in fewer] == [("z", 1), ("x", 2)]
    assert "less than data 2" in noise_sentence(fewer)
    assert "equals data 2" in noise_sentence(dimensions(_Generator, _Model.Config(latent=2), Planar()))


def test_bars_are_as_long_as_the_dimensions(theme, make_widget) -> None:
    bars = make_widget(NoiseBars(theme), 272, 60)
    bars.show_bars(dimensions(_Model, _Model.Config(latent=6), _KIND))
    image = bars.grab().toImage()
    lengths = []
    for row, role in enumerate(("prior", "prior", "data")):
        wanted = QColor(DARK.role(role))
        lengths.append(sum(image.pixelColor(x, 20 * row + 10) == wanted for x in range(272)))
    assert lengths[1] == pytest.approx(lengths[2], abs=2)
    assert lengths[0] == pytest.approx(lengths[1] / 2, abs=3)


@pytest.mark.parametrize(
    "tex", [r"\overline{\mathrm{KL}}_j", r"\underline{x}", r"\frac{a}{\sqrt{b}}", r"\left(\bar{x}\right)"]
)
def test_every_part_of_a_formula_takes_the_colour(tex) -> None:
    outline = formulas._outline(tex)
    image = QImage(200, 100, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(outline.tinted("#ff0000"))).render(painter)
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(100, 200, 4)  # blue, green, red, alpha
    inked = pixels[pixels[..., 3] == 255]
    assert len(inked) > 20
    assert np.unique(inked, axis=0).tolist() == [[0, 0, 255, 255]]


@pytest.mark.parametrize("name", [name for family in FAMILIES for name in family.pages])
def test_it_begins_with_the_question_of_the_scene_and_puts_what_speaks_of_it_first(theme, make_widget, name) -> None:
    page = find_page(name)
    explain = make_widget(Explain(theme), 300, 700)
    explain.show_page(page, page.Config())
    for scene in (*scenes_of(page), Scene("Saved by a person", "", "samples")):
        explain.show_scene(scene.name, scene.question)
        question = explain.findChild(QLabel, "explain.question")
        assert question.isVisibleTo(explain) == bool(scene.question)
        assert question.text() == scene.question
        for layout in (explain._scroll.widget().layout(), *explain.findChildren(QVBoxLayout)):
            layout.activate()
        top = min(label.mapTo(explain, QPoint(0, 0)).y() for label in explain._scroll.widget().findChildren(QLabel))
        assert not scene.question or question.mapTo(explain, QPoint(0, 0)).y() == top
        for heading in {suggestion.group for suggestion in page.try_next}:
            buttons = [b for b in explain.findChildren(Suggestion) if b.suggestion.group == heading]
            buttons.sort(key=lambda button: button.mapTo(explain, QPoint(0, 0)).y())
            speaks = [b.suggestion.page is None and b.suggestion.scene == scene.name for b in buttons]
            assert speaks == sorted(speaks, reverse=True)
            assert {b.suggestion.title for b in buttons} == {t.title for t in page.try_next if t.group == heading}
