from __future__ import annotations

import csv
import dataclasses
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PIL
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QWidget

from explorer.figures import SIZES, FigureError, Style
from explorer.ui.controls import Button, Combo, IconButton, Segmented, Switch, TextBox, ValueBox
from explorer.ui.export.choices import ExportChoices
from explorer.ui.export.clipboard import copy_image
from explorer.ui.export.dialog import ExportDialog
from explorer.ui.export.thread import FigureJob, FigureThread
from models.frames import Bars, Frame, Plane, Points

_IDENTITY = {"page": "vae", "step": 8576, "seed": 7}
_WAIT = 60_000  # ms: the first drawing imports matplotlib on a machine that may be busy


def _frame() -> Bars:
    return Bars(("a", "b", "c"), np.array([1.0, 2.5, 0.5]), roles=("data", "model", "prior"), unit="nats")


@pytest.fixture
def make_dialog(theme, make_widget, tmp_path):
    def make(frame: Frame | None = None, name: str = "KL of each dimension", **choices) -> ExportDialog:
        chosen = ExportChoices(folder=str(tmp_path), **choices)
        return make_widget(ExportDialog(theme, frame or _frame(), _IDENTITY, name, chosen, "KL"))

    return make


@pytest.fixture
def dialog(make_dialog) -> ExportDialog:
    return make_dialog()


def _part(dialog: ExportDialog, kind: type, name: str) -> QWidget:
    found = dialog.findChild(kind, f"export.{name}")
    assert found is not None, name
    return found


def _press(dialog: ExportDialog, name: str) -> None:
    """Clicks a segment by its words, in whichever segmented control has it."""
    for control in dialog.findChildren(Segmented):
        if name in control._choices:
            QTest.mouseClick(control, Qt.MouseButton.LeftButton, pos=control.segment(name).center().toPoint())
            return
    raise AssertionError(name)


def _type(box: ValueBox | TextBox, text: str) -> None:
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)
    QTest.keyClick(box, Qt.Key.Key_Tab)


def _save(dialog: ExportDialog, qtbot) -> Path:
    with qtbot.waitSignal(dialog.saved, timeout=_WAIT) as signal:
        QTest.mouseClick(_part(dialog, Button, "save"), Qt.MouseButton.LeftButton)
    return signal.args[0]


def _has_picture(dialog: ExportDialog) -> bool:
    return dialog.preview.picture is not None


# Preview


def test_the_preview_is_the_figure_and_says_how_large_it_will_be(dialog, qtbot) -> None:
    qtbot.waitUntil(lambda: _has_picture(dialog), timeout=_WAIT)
    picture = dialog.preview.picture
    assert picture.width() >= dialog.preview.device_pixels * 0.95
    height = 85.0 * picture.height() / picture.width()
    facts = next(label.text() for label in dialog.findChildren(QLabel) if "px wide" in label.text())
    assert facts == f"85 × {height:.0f} mm, 1\u2009004 px wide"  # 85 / 25.4 · 300 = 1003.9
    assert _part(dialog, ValueBox, "height").number == pytest.approx(height, abs=0.06)
    assert picture.toImage().pixelColor(1, 1) == QColor("#FFFFFF")
    assert dialog.error == ""


def test_the_preview_follows_theme_and_size(dialog, qtbot) -> None:
    qtbot.waitUntil(lambda: _has_picture(dialog), timeout=_WAIT)
    _press(dialog, "dark")
    qtbot.waitUntil(lambda: dialog.preview.picture.toImage().pixelColor(1, 1).lightness() < 60, timeout=_WAIT)
    combo = _part(dialog, Combo, "size")
    combo.setCurrentIndex(3)
    combo.activated.emit(3)
    assert dialog.choices.size == "slide"
    assert _part(dialog, ValueBox, "font_size").number == dialog.choices.font_size > 12, "read from afar"
    assert not _part(dialog, Switch, "fits").isChecked()

    def is_wide() -> bool:
        return dialog.preview.picture.width() / dialog.preview.picture.height() == pytest.approx(254 / 143, abs=0.02)

    qtbot.waitUntil(is_wide, timeout=_WAIT)


def test_typing_asks_for_one_drawing_when_it_rests(dialog, qtbot, monkeypatch) -> None:
    qtbot.waitUntil(lambda: _has_picture(dialog), timeout=_WAIT)
    asked: list[FigureJob] = []
    monkeypatch.setattr(dialog._thread, "ask", asked.append)
    QTest.keyClicks(_part(dialog, TextBox, "title"), " of twenty dimensions")
    qtbot.waitUntil(lambda: bool(asked), timeout=5000)
    assert [job.style.title for job in asked] == ["KL of twenty dimensions"]


@pytest.mark.parametrize("kind", ["csv", "npz"])
def test_of_data_the_preview_is_the_beginning_and_size_is_no_matter(make_dialog, qtbot, kind: str) -> None:
    dialog = make_dialog(format=kind)
    qtbot.waitUntil(lambda: bool(dialog.preview.text), timeout=_WAIT)
    text = dialog.preview.text
    if kind == "csv":
        rows = [line for line in text.splitlines() if not line.startswith("#")]
        assert [row["value (nats)"] for row in csv.DictReader(rows)] == ["1.0", "2.5", "0.5"]
    else:
        assert [line.split()[:2] for line in text.splitlines() if line.startswith("values")] == [["values", "3"]]
    for kind_of, name in ((ValueBox, "width"), (ValueBox, "height"), (ValueBox, "dpi"), (Combo, "size")):
        assert not _part(dialog, kind_of, name).isEnabled()


def test_a_long_table_is_shown_by_its_beginning(make_dialog, qtbot) -> None:
    n = 3000
    frame = Bars(tuple(f"bar {k}" for k in range(n)), np.arange(float(n)))
    dialog = make_dialog(frame, format="csv")
    qtbot.waitUntil(lambda: bool(dialog.preview.text), timeout=_WAIT)
    lines = dialog.preview.text.splitlines()
    whole = n + 1 + sum(line.startswith("#") for line in lines)
    assert lines[-1] == f"… and {whole - len(lines) + 1:,} more lines".replace(",", "\u2009")


# Writing


def _read_identity(path: Path) -> dict:
    content = path.read_bytes()
    if path.suffix == ".png":
        return json.loads(PIL.open(io.BytesIO(content)).info["identity"])
    if path.suffix == ".npz":
        with np.load(path) as arrays:
            return json.loads(str(arrays["identity"]))
    if path.suffix == ".csv":
        pairs = (line[2:].split(": ", 1) for line in content.decode().splitlines() if line.startswith("# "))
        return {key: json.loads(value) for key, value in pairs}
    if path.suffix == ".pdf":
        pypdf = pytest.importorskip("pypdf")
        return json.loads(pypdf.PdfReader(path).metadata["/Subject"])
    start = content.decode().index("<dc:description>") + len("<dc:description>")
    import html

    return json.loads(html.unescape(content.decode()[start : content.decode().index("</dc:description>")]))


@pytest.mark.parametrize("kind", ["png", "svg", "pdf", "csv", "npz"])
def test_every_format_is_written_with_its_identity_and_closes_the_dialog(dialog, qtbot, tmp_path, kind: str) -> None:
    _press(dialog, kind)
    assert _part(dialog, TextBox, "path").text().endswith(f"KL-of-each-dimension.{kind}")
    path = _save(dialog, qtbot)
    assert path == dialog.saved_path == tmp_path / f"KL-of-each-dimension.{kind}"
    identity = _read_identity(path)
    assert {key: identity[key] for key in _IDENTITY} == _IDENTITY
    assert identity["title"] == "KL"
    assert not dialog.isVisible()
    assert dialog.result() == ExportDialog.DialogCode.Accepted


def test_size_and_resolution_are_those_that_were_typed(dialog, qtbot) -> None:
    _type(_part(dialog, ValueBox, "width"), "100")
    QTest.mouseClick(_part(dialog, Switch, "fits"), Qt.MouseButton.LeftButton)
    _type(_part(dialog, ValueBox, "height"), "50,5")
    _type(_part(dialog, ValueBox, "dpi"), "150")
    assert dialog.choices.size == "custom"
    path = _save(dialog, qtbot)
    image = QImage(str(path))
    assert image.width() == round(100 / 25.4 * 150)
    assert image.height() == pytest.approx(50.5 / 25.4 * 150, abs=1)
    kept = dialog.choices
    assert (kept.width_mm, kept.height_mm, kept.dpi, kept.format) == (100.0, 50.5, 150, "png")
    assert kept.folder == str(path.parent)


def test_choices_of_the_last_time_come_back(make_dialog, tmp_path) -> None:
    dialog = make_dialog(format="pdf", width_mm=178.0, font_size=8.0, theme="dark", dpi=600)
    kept = ExportChoices("pdf", 178.0, None, 8.0, 600, "dark", folder=str(tmp_path))
    assert dialog.choices == kept
    assert _part(dialog, Combo, "size").value == "double"
    assert _part(dialog, TextBox, "path").text() == str(tmp_path / "KL-of-each-dimension.pdf")


def test_a_place_that_cannot_be_written_is_said_and_nothing_is_lost(dialog, qtbot, tmp_path) -> None:
    path, title = _part(dialog, TextBox, "path"), _part(dialog, TextBox, "title")
    title.setText("A title worth keeping")
    (tmp_path / "no folder").write_bytes(b"")
    wrong = str(tmp_path / "no folder" / "map.png")
    _type(path, wrong)
    QTest.mouseClick(_part(dialog, Button, "save"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "no folder" in dialog.error, timeout=_WAIT)
    assert dialog.isVisible()
    assert (path.text(), title.text()) == (wrong, "A title worth keeping")
    save = _part(dialog, Button, "save")
    assert save.isEnabled()
    assert save.text() == "Save"
    _type(path, str(tmp_path / "map.png"))
    assert _save(dialog, qtbot) == tmp_path / "map.png"


def test_a_figure_without_room_is_said_where_the_preview_was(dialog, qtbot) -> None:
    qtbot.waitUntil(lambda: _has_picture(dialog), timeout=_WAIT)
    QTest.mouseClick(_part(dialog, Switch, "fits"), Qt.MouseButton.LeftButton)
    _type(_part(dialog, ValueBox, "width"), "20")
    _type(_part(dialog, ValueBox, "height"), "20")
    dialog.findChild(TextBox, "export.title").setText("word " * 60)
    dialog._form.changed.emit()
    qtbot.waitUntil(lambda: dialog.error != "", timeout=_WAIT)
    dialog.findChild(TextBox, "export.title").setText("")
    _type(_part(dialog, ValueBox, "height"), "80")
    assert dialog.error == ""


@pytest.mark.parametrize(("name", "typed", "limits"), [("width", "5000", "20 to 1000"), ("dpi", "fine", "30 to 1,200")])
def test_a_number_that_is_none_is_marked_kept_and_not_written(dialog, tmp_path, name, typed, limits) -> None:
    box = _part(dialog, ValueBox, name)
    _type(box, typed)
    assert limits in dialog.error
    assert typed in dialog.error
    assert box.text() == typed
    QTest.mouseClick(_part(dialog, Button, "save"), Qt.MouseButton.LeftButton)
    assert limits in dialog.error
    assert dialog.isVisible()
    assert not list(tmp_path.iterdir())
    _type(box, "120")
    assert dialog.error == ""


def test_a_file_that_is_there_is_not_replaced_unannounced(dialog, qtbot, tmp_path) -> None:
    old = tmp_path / "old.png"
    old.write_bytes(b"old")
    _type(_part(dialog, TextBox, "path"), str(old))
    assert _part(dialog, Button, "save").text() == "Replace"
    assert any("will be replaced" in label.text() and label.isVisible() for label in dialog.findChildren(QLabel))
    _type(_part(dialog, TextBox, "path"), "new.png")
    assert _part(dialog, Button, "save").text() == "Save"
    assert _save(dialog, qtbot) == tmp_path / "new.png"
    assert old.read_bytes() == b"old"


def test_the_ending_of_a_name_decides_the_format(dialog, qtbot, tmp_path) -> None:
    path = _part(dialog, TextBox, "path")
    _type(path, str(tmp_path / "map.svg"))
    assert dialog.choices.format == "svg"
    _type(path, str(tmp_path / "map"))
    assert _save(dialog, qtbot) == tmp_path / "map.svg"


def test_browsing_takes_path_and_format(dialog, tmp_path, monkeypatch) -> None:
    asked: list[tuple] = []

    def choose(*arguments) -> tuple[str, str]:
        asked.append(arguments)
        return str(tmp_path / "chosen.pdf"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    browse = next(b for b in dialog.findChildren(IconButton) if b.accessibleName() == "Choose a file")
    QTest.mouseClick(browse, Qt.MouseButton.LeftButton)
    assert asked[0][2] == str(tmp_path / "KL-of-each-dimension.png")
    assert dialog.choices.format == "pdf"
    assert _part(dialog, TextBox, "path").text() == str(tmp_path / "chosen.pdf")


def test_enter_in_a_number_writes_no_file_and_in_the_name_does(dialog, qtbot, tmp_path) -> None:
    box = _part(dialog, ValueBox, "width")
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "90")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert dialog.choices.width_mm == 90.0
    assert dialog.isVisible()
    assert not dialog._saving
    with qtbot.waitSignal(dialog.saved, timeout=_WAIT):
        QTest.keyClick(_part(dialog, TextBox, "path"), Qt.Key.Key_Return)


# Thread


def test_closing_while_it_draws_stops_the_thread(make_dialog) -> None:
    dialog = make_dialog()
    assert dialog._thread.isRunning()
    dialog.reject()
    assert dialog._thread.isFinished()


def test_a_file_asked_for_is_written_though_the_thread_is_to_end(qapp, tmp_path) -> None:
    thread = FigureThread()
    thread.begin()
    thread.ask(FigureJob(_frame(), Style(), "csv", {}, tmp_path / "a.csv"))
    assert thread.end()
    assert (tmp_path / "a.csv").is_file()
    thread.begin()  # and again
    assert thread.isRunning()
    assert thread.end()


def test_a_defect_of_a_painter_is_said_and_the_thread_goes_on(make_dialog, qtbot) -> None:
    broken = Bars(("a", "b"), np.array(["x", "y"]))
    dialog = make_dialog(broken)
    qtbot.waitUntil(lambda: "cannot be drawn" in dialog.error, timeout=_WAIT)
    assert dialog._thread.isRunning()


# Clipboard


def test_copy_puts_the_picture_on_the_clipboard(qapp) -> None:
    copy_image(_frame(), Style(width_mm=50.8, height_mm=25.4, dpi=100, theme="dark"))
    image = QApplication.clipboard().image()
    assert (image.width(), image.height()) == (200, 100)
    assert image.pixelColor(1, 1).lightness() < 60


def test_copy_says_what_cannot_be_drawn(qapp) -> None:
    class Unknown(Frame):
        pass

    with pytest.raises(FigureError, match="Unknown"):
        copy_image(Unknown())


# What is shown


def _cloud() -> Plane:
    label = np.repeat([0, 1], 50)
    xy = np.stack([4.0 * label, 0.0 * label], 1) + np.random.default_rng(0).normal(0, 0.2, (100, 2))
    return Plane((Points(xy, label, ("cat", "dog")),))


def test_a_zoomed_picture_is_exported_as_seen_unless_all_data_are_chosen(theme, make_widget, tmp_path, qtbot) -> None:
    frame = _cloud()
    seen = dataclasses.replace(frame, extent=(-1.0, 1.0, -1.0, 1.0))
    chosen = ExportChoices(folder=str(tmp_path))
    dialog = make_widget(ExportDialog(theme, frame, _IDENTITY, "map", chosen, "", in_view=seen))
    asked: list[FigureJob] = []
    dialog._thread.ask = asked.append
    for segment, expected in (("all", frame), ("view", seen)):
        asked.clear()
        _press(dialog, segment)
        qtbot.waitUntil(lambda: bool(asked), timeout=5000)
        assert asked[-1].frame is expected
    dialog.reject()


def test_there_is_no_choice_of_a_range_where_all_is_in_view_nor_of_classes_where_there_are_none(
    dialog, theme, make_widget
) -> None:
    assert not _part(dialog, Segmented, "range").isVisible()
    assert not _part(dialog, Segmented, "classes").isVisible()
    other = make_widget(ExportDialog(theme, _cloud(), _IDENTITY, "map"))
    assert not _part(other, Segmented, "range").isVisible()
    assert _part(other, Segmented, "classes").isVisible()
    _press(other, "yes")
    assert other.choices.class_legend is True


def test_text_as_outlines_is_offered_for_an_svg(dialog, qtbot) -> None:
    switch = _part(dialog, Switch, "outlines")
    assert not switch.isVisible()
    _press(dialog, "svg")
    assert switch.isVisible()
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert b"<text" not in _save(dialog, qtbot).read_bytes()


def test_a_new_folder_is_announced_before_it_is_made(dialog, qtbot, tmp_path) -> None:
    path = tmp_path / "no folder" / "deeper" / "map.png"
    _type(_part(dialog, TextBox, "path"), str(path))
    assert any(str(path.parent) in label.text() and label.isVisible() for label in dialog.findChildren(QLabel))
    assert _part(dialog, Button, "save").text() == "Create folder and save"
    assert not path.parent.exists()
    assert _save(dialog, qtbot) == path


def test_a_typed_height_is_not_that_of_the_next_figure_and_a_slide_is() -> None:
    typed = ExportChoices(width_mm=100.0, height_mm=92.4, theme="dark")
    assert typed.for_next() == ExportChoices(width_mm=100.0, height_mm=None, theme="dark")
    size = SIZES["slide"]
    slide = ExportChoices(width_mm=size.width_mm, height_mm=size.height_mm, font_size=size.font_size)
    assert slide.for_next() == slide
