from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from pointing import point_at
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from explorer.ui.card import EXPORTS, Card, Legend
from explorer.ui.card.head import CardHead
from explorer.ui.controls import ClauseLabel, IconButton, ValueBox
from explorer.ui.frames.base import LegendItem
from explorer.ui.page.editors.direction_bar import DirectionBar
from explorer.ui.page.editors.time_bar import TimeBar
from explorer.ui.theme import DARK
from models.frames import FRAMES, Curves, Images, Series
from models.protocol import View, param, params_of


@dataclass(frozen=True)
class _Params:
    temperature: float = param(1.0, "Temperature", 0.0, 2.0)


def _view(kind: type = Curves, title: str = "Loss", params: dict | None = None) -> View:
    return View(lambda page: None, "loss", title, {}, params or {}, kind, False, help="What is descended.")


def _curves(subtitle: str = "nats", note: str = "", warning: bool = False) -> Curves:
    t = np.arange(50.0)
    series = tuple(Series(key, name, t, t * k, role) for k, (key, name, role) in enumerate(
        (("elbo", "−ELBO", "total"), ("rec", "Reconstruction", "data"), ("kl", "KL", "prior"))
    ))  # fmt: skip
    return Curves(series=series, subtitle=subtitle, note=note, warning=warning)


@pytest.fixture
def card(theme, make_widget) -> Card:
    return make_widget(Card(theme, _view(), empty="Reconstruction and KL, at each step"), 560, 260)


def _title(card: Card) -> QLabel:
    return next(label for label in card.findChildren(QLabel) if label.text() == card.view.title)


def _tools(card: Card) -> dict[str, IconButton]:
    return {button.accessibleName(): button for button in card.findChildren(IconButton)}


@pytest.mark.parametrize("kind", FRAMES)
def test_an_empty_card_of_every_kind_says_what_will_come_and_has_no_tools(theme, make_widget, kind) -> None:
    card = make_widget(Card(theme, _view(kind), empty="It will be here"), 360, 260)
    assert card.objectName() == "card.loss"
    assert card.is_empty
    assert not any(tool.isVisible() for tool in _tools(card).values())
    image = card.grab().toImage()
    inked = sum(image.pixelColor(x, y) != QColor(DARK.bg2) for x in range(20, 340, 2) for y in range(60, 250, 2))
    assert inked > 30


def test_the_first_picture_says_whose_weights_it_shows(card) -> None:
    card.set_weights("averaged weights")
    card.show_frame(_curves())
    assert card.subtitle == "averaged weights, nats"


def test_a_frame_brings_picture_subtitle_note_legend_and_tools(card) -> None:
    assert card.show_frame(_curves(note="Mean of 3 runs"))
    card.repaint()
    assert not card.is_empty
    assert card.subtitle == "nats"
    assert card.note == "Mean of 3 runs"
    assert [item.label for item in card.findChild(Legend).items] == ["−ELBO", "Reconstruction", "KL"]
    assert _tools(card)["Menu of Loss"].isVisible()


@pytest.mark.parametrize("width", [272, 320, 420, 700])
def test_the_title_is_never_cut_and_the_legend_never_covers_it(theme, make_widget, width: int) -> None:
    card = make_widget(Card(theme, _view(title="Samples from the prior")), width, 260)
    card.show_frame(_curves(subtitle="a subtitle that is much too long for any card in this window"))
    card.grab()
    title = _title(card)
    assert title.width() >= title.fontMetrics().horizontalAdvance(title.text())
    for legend in card.findChildren(Legend):
        if legend.isVisible():
            top_left = legend.mapTo(card, QPoint(0, 0))
            assert top_left.y() >= 36 or top_left.x() >= title.mapTo(card, QPoint(title.width(), 0)).x()
            if card.width() >= 200:
                assert all(box.right() <= legend.width() + 1 for _, box in legend.boxes())
    subtitle = next(label for label in card.findChildren(QLabel) if label.text() == card.subtitle)
    assert not subtitle.isVisible() or subtitle.shown_text() == card.subtitle


def test_hovering_a_legend_item_emphasises_its_curve(card) -> None:
    card.show_frame(_curves())
    card.grab()
    legend = next(legend for legend in card.findChildren(Legend) if legend.isVisible())
    plain = card.display.grab().toImage()
    item, box = legend.boxes()[1]
    assert item.key == "rec"
    point_at(legend, box.center().toPoint())
    assert card.display.grab().toImage() != plain
    point_at(legend, QPoint(int(box.right()) + 6, 2))
    assert card.display.grab().toImage() == plain


def test_freezing_keeps_the_picture_until_it_is_taken_back(card) -> None:
    card.show_frame(_curves("first"))
    states = []
    card.freeze_toggled.connect(states.append)
    freeze = next(action for action in card.menu.actions() if action.text().startswith("Freeze"))
    freeze.trigger()
    assert not card.show_frame(_curves("second"))
    assert card.subtitle == "frozen, first"
    QTest.mouseClick(_tools(card)["Unfreeze: show new pictures again"], Qt.MouseButton.LeftButton)
    assert card.show_frame(_curves("second"))
    assert card.subtitle == "second"
    assert states == [True, False]


def test_an_error_marks_the_card_and_keeps_the_last_good_picture(card) -> None:
    card.show_frame(_curves())
    card.set_state("step 1 250, last good")
    picture = card.display.grab().toImage()
    card.show_error("The view failed: out of memory.")
    assert card.note == "The view failed: out of memory."
    assert card.subtitle == "step 1 250, last good"
    assert card.grab().toImage().pixelColor(0, 130) == QColor(DARK.err)
    assert card.display.frame is not None
    assert picture.size().width() == card.display.width()
    card.clear_error()
    assert card.note == ""
    assert card.grab().toImage().pixelColor(0, 130) == QColor(DARK.line)


def test_the_menu_offers_every_export_and_the_display_s_own_actions(card) -> None:
    asked = []
    card.export_asked.connect(asked.append)
    card.show_frame(_curves())
    for action in card.menu.actions():
        if action.data() in EXPORTS:
            action.trigger()
    assert asked == ["png", "svg", "pdf", "csv", "npz"]
    assert any(action.text() == "Logarithmic y axis" for action in card.menu.actions())


def test_double_click_on_the_head_and_the_tool_maximise(card) -> None:
    asked = []
    card.maximise_asked.connect(lambda: asked.append(1))
    card.show_frame(_curves())
    QTest.mouseDClick(_title(card).parentWidget(), Qt.MouseButton.LeftButton, pos=QPoint(200, 18))
    card.set_maximised(True)
    QTest.mouseClick(_tools(card)["Restore (Esc)"], Qt.MouseButton.LeftButton)
    assert len(asked) == 2


def test_the_view_s_own_parameters_stand_in_the_foot(theme, make_widget) -> None:
    card = make_widget(Card(theme, _view(Images, "Samples", params_of(_Params))), 352, 300)
    changed = []
    card.changed.connect(lambda name, value: changed.append((name, value)))
    box = card.findChild(ValueBox, "card.loss.temperature")
    box.selectAll()
    QTest.keyClicks(box, "0.5")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert changed == [("temperature", 0.5)]
    label = next(label for label in card.findChildren(QLabel) if label.text() == "Temperature")
    assert label.width() >= label.fontMetrics().horizontalAdvance("Temperature")


def test_a_picture_given_again_is_not_painted_again_but_says_what_it_said(card) -> None:
    frame = _curves(subtitle="nats", note="Mind the scale.")
    card.show_frame(frame)
    card.grab()
    painted = card.display.painted
    card.show_frame(frame)
    card.grab()
    assert card.display.painted == painted
    card.show_error("The view failed.")
    card.clear_error()
    assert card.note == ""
    card.show_frame(frame)
    assert (card.subtitle, card.note) == ("nats", "Mind the scale.")


@pytest.mark.parametrize("width", [287, 560])
def test_a_warning_leaves_the_controls_beside_the_picture_where_they_are(theme, make_widget, width) -> None:
    card = Card(theme, _view())
    controls = QLabel("z₁")
    controls.setFixedHeight(130)
    card.add_side(controls)
    make_widget(card, width, 340)
    seen = []
    for note, warning in (
        ("", False),
        ("Far from the data: no image is encoded near.", True),
        ("Near.", False),
        ("", False),
    ):
        card.show_frame(_curves(note=note, warning=warning))
        for layout in (card.layout(), card._body.layout()):
            layout.activate()
        seen.append((controls.mapTo(card, QPoint(0, 0)).y(), card.minimumSizeHint().height()))
    assert len(set(seen)) == 1


def test_a_short_legend_is_written_out_where_the_subtitle_has_no_room(theme, make_widget) -> None:
    head = make_widget(CardHead(theme, _view(title="Latent map")), 284, 36)
    head.set_items([LegendItem("prior", "prior", "prior p(z)", dashed=True)])
    head.subtitle.setText("posterior means, 500 training images")
    head.arrange(284, filled=True)
    assert not head.subtitle.isVisibleTo(head)
    assert head.legend.isVisibleTo(head)
    assert len(head.legend.boxes()) == 1


def test_a_subtitle_has_whole_clauses_and_the_rest_opens_above_the_note(theme, make_widget) -> None:
    card = make_widget(Card(theme, _view(Images, title="Field and path")), 300, 260)
    text = "500 steps; h = 0.2, from (1, 1), and words for which the head of this card has no room"
    card.show_frame(Images(np.zeros((1, 1, 2, 2)), subtitle=text, note="Mind the scale."))
    card.grab()
    label = next(label for label in card.findChildren(ClauseLabel) if label.text() == text)
    assert label.beginnings()[1:3] == ["500 steps; h = 0.2, from (1, 1)", "500 steps; h = 0.2"]
    assert label.isVisible()
    assert label.shown_text() in label.beginnings()
    sign = card.findChild(IconButton, "note.loss")
    assert sign.isVisible()
    sign.click()
    assert any(label.isVisible() and label.text() == f"{text}\nMind the scale." for label in card.findChildren(QLabel))


def test_a_long_note_shows_the_sentences_that_fit(theme, make_widget, qtbot) -> None:
    card = make_widget(Card(theme, _view()), 420, 520)
    card.set_leading(True)
    card.show_frame(
        _curves(note="The first sentence fits. The second one is far too long for the line below this card.")
    )
    qtbot.wait(1)
    shown = [label.shown_text() for label in card.findChildren(ClauseLabel) if label.isVisible()]
    assert "The first sentence fits." in shown


@pytest.mark.parametrize("width", [300, 560])
def test_rows_of_controls_keep_the_padding_of_the_card(theme, make_widget, width) -> None:
    card = Card(theme, _view())
    rows = [DirectionBar(theme), TimeBar(theme, "time"), QLabel("a row")]
    for row in rows:
        card.add_row(row)
    make_widget(card, width, 400)
    for row in rows:
        left, right = row.mapTo(card, QPoint(0, 0)).x(), row.mapTo(card, QPoint(row.width(), 0)).x()
        assert left >= 12
        assert right <= width - 12
        for control in row.findChildren(QWidget):
            if control.isVisible():
                assert control.mapTo(card, QPoint(0, 0)).x() >= 12
