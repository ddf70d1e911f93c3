from __future__ import annotations

from dataclasses import dataclass

import pytest
from pointing import LEFT, point_at
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QToolTip, QVBoxLayout, QWidget

from explorer.ui.controls import Combo, ParamForm, Segmented, Slider, Switch, ValueBox
from explorer.ui.controls.scale import Scale, value_text
from models.protocol import param, params_of


@dataclass(frozen=True)
class _Config:
    latent: int = param(2, "Latent dimensions", 1, 64)
    beta: float = param(1.0, "KL weight β", 0.0, 10.0, live=True, help="Weight of the KL term.")
    lr: float = param(1e-3, "Learning rate", 1e-5, 1e-1, log=True)
    likelihood: str = param("a", "Likelihood", choices={"a": "Bernoulli", "b": "Gaussian"})
    schedule: str = param("0", "Schedule", choices={str(k): f"A long name of a schedule, {k}" for k in range(6)})
    noise: bool = param(False, "Instance noise")
    sigma: float = param(0.5, "Noise level", 0.0, 1.0, when=lambda config: config.noise)
    start: float = param(3.0, "Start")
    steps: int = param(1000, "Steps", 1, 100_000_000, log=True)
    clip: float = param(0.0, "Clip gradients", 0.0, more=True)


@pytest.fixture
def form(theme, make_widget) -> ParamForm:
    return make_widget(ParamForm(theme, params_of(_Config)), 256, 700)


def _type(box: QLineEdit, text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text) if text.isascii() else box.insert(text)
    QTest.keyClick(box, key)


def _wheel(widget: QWidget, notches: int) -> None:
    at = QPointF(widget.rect().center())
    event = QWheelEvent(
        at, widget.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def _heard(form: ParamForm) -> tuple[list, list]:
    changed: list = []
    edited: list = []
    form.changed.connect(lambda name, value: changed.append((name, value)))
    form.edited.connect(lambda name, old, new: edited.append((name, old, new)))
    return changed, edited


def test_typing_a_value_changes_it_once_and_can_be_undone(form) -> None:
    changed, edited = _heard(form)
    box = form.findChild(ValueBox, "param.beta")
    _type(box, "4")
    assert changed == [("beta", 4.0)]
    assert edited == [("beta", 1.0, 4.0)]
    assert box.text() == "4.00"
    assert form.findChild(Slider, "param.beta.slider").number == 4.0
    assert form.values()["beta"] == 4.0


@pytest.mark.parametrize("text", ["99", "-1", "four", "nan", ""])
def test_a_bad_value_is_marked_explained_and_not_taken(form, text: str) -> None:
    changed, edited = _heard(form)
    box, row = form.findChild(ValueBox, "param.beta"), form.rows["beta"]
    _type(box, "2")
    _type(box, text) if text else (box.selectAll(), QTest.keyClick(box, Qt.Key.Key_Delete), box.clearFocus())
    assert box.property("invalid") is True
    assert box.text() == text
    assert form.values()["beta"] == 2.0
    assert edited == [("beta", 1.0, 2.0)]
    assert changed == [("beta", 2.0)]
    assert row.error.endswith("the preset has 1.00.")
    assert "0 to 10" in row.error
    assert any(label.isVisible() and label.text() == row.error for label in row.findChildren(QLabel))
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert box.text() == "2.00"
    assert not box.property("invalid")
    assert row.error == ""


def test_whole_numbers_refuse_fractions(form) -> None:
    box = form.findChild(ValueBox, "param.latent")
    _type(box, "2.5")
    assert box.property("invalid") is True
    _type(box, "8")
    assert form.values()["latent"] == 8
    assert isinstance(form.values()["latent"], int)


@pytest.mark.parametrize("text", ["10,000", "10 000", "10\u202f000", "10'000", "10_000", "1e4", "10k", "10000.0"])
def test_whole_numbers_take_grouped_thousands(form, text: str) -> None:
    box = form.findChild(ValueBox, "param.steps")
    QTest.keyClick(box, Qt.Key.Key_Up)
    _type(box, text)
    assert form.values()["steps"] == 10_000
    assert not box.property("invalid")


@pytest.mark.parametrize(
    ("name", "text", "meanings"),
    [("steps", "10.000", "10 or 10000"), ("start", "1,234", "1.234 or 1234"), ("steps", "1,500e3", "1500 or 1500000")],
)
def test_what_can_be_read_as_two_numbers_is_refused_in_words(form, name: str, text: str, meanings: str) -> None:
    before = form.values()[name]
    box = form.findChild(ValueBox, f"param.{name}")
    _type(box, text)
    assert form.values()[name] == before
    assert form.rows[name].error.startswith(f"“{text}” can mean {meanings};")
    assert box.text() == text


@pytest.mark.parametrize("value", [1 / 3, 1e-9, 123456.789, 3.0, 0.1, 1e5])
def test_the_value_of_a_field_typed_as_it_stands_changes_nothing(form, value: float) -> None:
    changed, _ = _heard(form)
    form.set_values({"start": value})
    box = form.findChild(ValueBox, "param.start")
    _type(box, box.text())
    assert (form.values()["start"], changed) == (value, [])


def test_a_box_without_a_form_says_itself_why_it_refuses(theme, make_widget) -> None:
    box = make_widget(ValueBox(Scale(0, 99_999, 1, whole=True), 1), 64, 24)
    box.explain_refusals()
    _type(box, "10.000")
    assert QToolTip.text() == "“10.000” can mean 10 or 10000"
    _type(box, "x")
    assert QToolTip.text() == "“x” is not a whole number from 0 to 99,999"
    QToolTip.hideText()
    hover = QHelpEvent(QEvent.Type.ToolTip, QPoint(5, 5), box.mapToGlobal(QPoint(5, 5)))
    QApplication.sendEvent(box, hover)
    assert QToolTip.text() == "“x” is not a whole number from 0 to 99,999"
    QTest.keyClick(box, Qt.Key.Key_Escape)
    QToolTip.hideText()


def test_dragging_a_slider_changes_all_along_and_is_one_edit(form) -> None:
    changed, edited = _heard(form)
    slider = form.findChild(Slider, "param.beta.slider")
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(7, 8))
    for x in (60, 120, slider.width() - 7):
        point_at(slider, QPoint(x, 8), LEFT)
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 7, 8))
    values = [value for _, value in changed]
    assert values[0] == 0.0
    assert values[-1] == 10.0
    assert values == sorted(values)
    assert len(values) >= 3
    assert edited == [("beta", 1.0, 10.0)]
    assert form.findChild(ValueBox, "param.beta").text() == "10.00"


def test_a_click_in_the_middle_of_a_logarithmic_slider_is_the_geometric_mean(form) -> None:
    slider = form.findChild(Slider, "param.lr.slider")
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, 8))
    assert form.values()["lr"] == pytest.approx(1e-3, rel=0.05)  # of 1e-5 and 1e-1
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(7 + (slider.width() - 14) // 4, 8))
    assert form.values()["lr"] == pytest.approx(1e-4, rel=0.1)


def test_slider_and_box_agree_everywhere() -> None:
    for scale in (Scale(0, 10, 0.05), Scale(1e-5, 1e-1, 1, log=True), Scale(1, 64, 1, whole=True), Scale(-3, 3, 0.02)):
        values = [scale.value(position) for position in range(scale.positions + 1)]
        assert values == sorted(values)
        assert values[0] == scale.low
        assert values[-1] == scale.high
        for position, value in enumerate(values):
            assert float(value_text(value, scale)) == pytest.approx(value, rel=1e-6)
            assert abs(scale.position(value) - position) <= max(1, scale.positions // 60)


def test_keys_step_slider_and_box(form) -> None:
    _, edited = _heard(form)
    slider, box = form.findChild(Slider, "param.latent.slider"), form.findChild(ValueBox, "param.latent")
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Right)
    QTest.keyClick(slider, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(slider, Qt.Key.Key_Home)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert edited == [("latent", 2, 3), ("latent", 3, 13), ("latent", 13, 1), ("latent", 1, 2)]


def test_the_wheel_counts_only_with_the_focus(form) -> None:
    slider, combo = form.findChild(Slider, "param.latent.slider"), form.findChild(Combo, "param.schedule")
    form.findChild(ValueBox, "param.start").setFocus()
    _wheel(slider, 3)
    _wheel(combo, -1)
    assert form.values()["latent"] == 2
    assert form.values()["schedule"] == "0"
    slider.setFocus()
    _wheel(slider, 3)
    assert form.values()["latent"] == 5


def test_double_click_on_the_label_brings_the_preset_back(form) -> None:
    form.set_baseline({"beta": 2.5})
    form.set_values({"beta": 7.0})
    _, edited = _heard(form)
    label = next(label for label in form.rows["beta"].findChildren(QLabel) if label.text() == "KL weight β")
    QTest.mouseDClick(label, Qt.MouseButton.LeftButton)
    assert edited == [("beta", 7.0, 2.5)]
    assert form.findChild(ValueBox, "param.beta").text() == "2.50"


def test_choices_switches_and_what_depends_on_them(form) -> None:
    _, edited = _heard(form)
    segmented = form.findChild(Segmented, "param.likelihood")
    QTest.mouseClick(segmented, Qt.MouseButton.LeftButton, pos=segmented.segment("b").center().toPoint())
    segmented.setFocus()
    QTest.keyClick(segmented, Qt.Key.Key_Left)
    combo = form.findChild(Combo, "param.schedule")
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Down)
    form.set_config(_Config())
    assert form.rows["sigma"].isHidden()
    QTest.mouseClick(form.findChild(Switch, "param.noise"), Qt.MouseButton.LeftButton)
    form.set_config(_Config(**form.values()))
    assert form.rows["sigma"].isVisible()
    assert edited == [
        ("likelihood", "a", "b"), ("likelihood", "b", "a"), ("schedule", "0", "1"), ("noise", False, True)
    ]  # fmt: skip


def test_setting_values_by_program_gives_no_signal(form) -> None:
    changed, edited = _heard(form)
    new = {"latent": 9, "beta": 3.0, "lr": 1e-2, "likelihood": "b", "schedule": "3", "noise": True, "start": -4.0}
    form.set_values({**new, "unknown": 1})
    assert changed == edited == []
    assert {name: form.values()[name] for name in new} == new


def test_structural_changes_say_that_they_wait_for_a_reset(form) -> None:
    form.set_in_force(form.values())
    _type(form.findChild(ValueBox, "param.latent"), "8")
    _type(form.findChild(ValueBox, "param.beta"), "8")
    assert form.rows["latent"].hint == "applies after reset"
    assert form.rows["beta"].hint == ""  # live
    _type(form.findChild(ValueBox, "param.latent"), "2")
    assert form.rows["latent"].hint == ""


def test_a_complaint_unfolds_its_section_and_goes_with_the_next_edit(form) -> None:
    assert not form.rows["clip"].isVisible()
    form.set_error("clip", "Too small.")
    assert form.rows["clip"].isVisible()
    assert form.rows["clip"].editor.property("invalid") is True
    _type(form.findChild(ValueBox, "param.clip"), "1")
    assert form.rows["clip"].hint == ""


def test_names_for_a_screen_reader_and_tooltips(form) -> None:
    box = form.findChild(ValueBox, "param.beta")
    assert box.accessibleName() == "KL weight β"
    assert box.toolTip() == "Weight of the KL term. Takes a number from 0 to 10. Preset: 1.00."
    for row in form.rows.values():
        assert row.editor.accessibleName()


def test_a_long_choice_is_elided_and_whole_in_the_tooltip(form) -> None:
    combo = form.findChild(Combo, "param.schedule")
    combo.grab()
    assert combo.shown_text().endswith("…")
    assert combo.toolTip() == "A long name of a schedule, 0"


def test_no_label_of_a_form_is_cut(theme, make_widget) -> None:
    host = QWidget()
    QVBoxLayout(host).addWidget(ParamForm(theme, params_of(_Config)))
    make_widget(host, 280, 700)
    for label in host.findChildren(QLabel):
        if label.isVisible() and label.text() and type(label) is not QLabel:
            assert label.width() >= min(label.fontMetrics().horizontalAdvance(word) for word in label.text().split())
            assert label.height() >= label.heightForWidth(label.width())
