"""Sound in the window: its picture, and Play, Loop, Stop and Save WAV with a player that makes no sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pointing import point_at, wheel
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget

from explorer.ui.export.exports import Exports
from explorer.ui.frames import AudioView, FilmView, sound_bar
from explorer.ui.sound import Player, open_player
from models.frames import Audio, Film

SINE = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000)


class SilentPlayer(Player):
    """Notes what it is asked to play."""

    def __init__(self, parent):
        super().__init__(parent)
        self.played: list[tuple[int, int, bool]] = []
        self.looping = self.sounding = False

    def play(self, samples, rate, loop):
        self.played.append((len(samples), rate, loop))
        self.looping, self.sounding = loop, True

    def set_loop(self, loop):
        self.looping = loop

    def stop(self):
        if self.sounding:
            self.sounding = False
            self.ended.emit()


@pytest.fixture
def with_player(monkeypatch) -> None:
    monkeypatch.setattr(sound_bar, "open_player", SilentPlayer)


@pytest.fixture
def without_player(monkeypatch) -> None:
    monkeypatch.setattr(sound_bar, "open_player", lambda parent: None)


def click(button: QWidget) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def audio_view(theme, make_widget, frame: Audio) -> AudioView:
    view = make_widget(AudioView(theme), 400, 260)
    view.set_view_name("samples")
    view.show_frame(frame)
    view.grab()
    return view


def test_a_sound_is_played_and_stopped(theme, make_widget, with_player):
    view = audio_view(theme, make_widget, Audio(SINE, 8000))
    play, player = view.findChild(QWidget, "sound.samples.play"), view.bar.player
    assert play.text() == "Play"
    click(play)
    assert player.played == [(8000, 8000, False)]
    assert play.text() == "Stop"
    click(play)
    assert not player.sounding
    assert play.text() == "Play"
    click(play)
    player.stop()  # the sound is over
    assert play.text() == "Play"


def test_a_sound_is_repeated_while_that_is_chosen(theme, make_widget, with_player):
    view = audio_view(theme, make_widget, Audio(SINE, 8000))
    loop, player = view.findChild(QWidget, "sound.samples.loop"), view.bar.player
    click(view.bar.play_button)
    click(loop)
    assert player.looping
    assert loop.accessibleName() == "Play the sound once"
    click(loop)
    assert not player.looping
    click(view.bar.play_button)
    click(loop)
    click(view.bar.play_button)
    assert player.played[-1] == (8000, 8000, True)


def test_another_frame_does_not_end_the_sound_and_hiding_does(theme, make_widget, with_player):
    view = audio_view(theme, make_widget, Audio(SINE, 8000))
    click(view.bar.play_button)
    view.show_frame(Audio(SINE[:4000], 8000))
    assert view.bar.player.sounding
    view.hide()
    assert not view.bar.player.sounding
    view.show()
    click(view.bar.play_button)
    assert view.bar.player.played[-1] == (4000, 8000, False)


def test_the_heard_time_is_drawn(theme, make_widget, with_player):
    view = audio_view(theme, make_widget, Audio(SINE, 8000, spectrogram=True))
    x = round(view.panes[1].geometry().left() + 0.3 * view.panes[1].geometry().width())

    def column() -> list[int]:
        image = view.grab().toImage()
        return [image.pixel(x, y) for y in range(60, 180)]

    before = column()
    click(view.bar.play_button)
    view.bar.player.moved.emit(0.3)
    assert column() != before
    view.bar.player.stop()
    assert column() == before


def test_without_a_player_there_is_save_alone(theme, make_widget, without_player):
    view = audio_view(theme, make_widget, Audio(SINE, 8000))
    assert view.findChild(QWidget, "sound.samples.play") is None
    assert view.findChild(QWidget, "sound.samples.loop") is None
    assert view.findChild(QWidget, "sound.samples.save").isVisible()


def test_there_is_no_player_without_the_extra(qapp, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert open_player(qapp) is None


def test_save_asks_the_card_for_a_wav_file(theme, make_widget, qtbot, without_player):
    frames = (Audio(SINE[:4000], 8000, 8000), Audio(SINE, 8000))
    film = make_widget(FilmView(theme), 400, 300)
    film.set_view_name("samples")
    film.show_frame(Film(frames, np.array([0.5, 1.0]), "time (s)"))
    with qtbot.waitSignal(film.export_asked) as asked:
        click(film.findChild(QWidget, "sound.samples.save"))
    assert asked.args == ["wav"]


def test_a_sound_is_saved_where_the_user_says(theme, make_widget, monkeypatch, tmp_path):
    over = make_widget(QWidget(), 100, 100)
    exports, said = Exports(theme, over), []
    exports.said.connect(said.append)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "mine"), ""))
    exports.export(Audio(SINE, 8000), "wav", "wavenet-samples", {"step": 3}, "Sound")
    written = tmp_path / "mine.wav"
    assert said == [f"Written to {written}"]
    assert written.read_bytes().startswith(b"RIFF")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    exports.export(Audio(SINE, 8000), "wav", "wavenet-samples", {}, "Sound")
    assert len(said) == 1
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "none" / "a.wav"), ""))
    Path(tmp_path / "none").write_text("a file")
    exports.export(Audio(SINE, 8000), "wav", "wavenet-samples", {}, "Sound")
    assert "cannot be written" in said[-1]


def test_the_spectrogram_is_below_the_waveform_and_tells_its_frequency(theme, make_widget, without_player):
    view = audio_view(theme, make_widget, Audio(SINE, 8000, spectrogram=True))
    wave, spectrum = view.panes
    assert wave.geometry().bottom() < spectrum.geometry().top()
    assert wave.viewRange()[0] == spectrum.viewRange()[0] == [0, 1]
    assert spectrum.viewRange()[1] == [0, 4]
    place = spectrum.geometry()
    height = place.top() + 0.75 * place.height()  # 1 kHz of 4
    point_at(view, QPoint(round(place.left() + place.width() / 2), round(height)))
    assert view.read_out.startswith("0.5")
    assert view.read_out.endswith("kHz")
    column = view.grab().toImage()
    x = round(place.left() + place.width() / 2) + 20
    reds = {y: column.pixelColor(x, y).value() for y in range(round(place.top()) + 2, round(place.bottom()) - 2)}
    assert abs(max(reds, key=reds.get) - height) <= 3
    view.show_frame(Audio(SINE, 8000))
    assert not spectrum.isVisible()


def test_a_sound_that_is_being_drawn_keeps_its_range_and_names_its_parts(theme, make_widget, without_player):
    view = audio_view(theme, make_widget, Audio(SINE[:2000], 8000, 8000, given=500, role="model"))
    assert view.panes[0].viewRange()[0] == [0, 1]
    assert [item.label for item in view.legend()] == ["given", "drawn by the model"]
    view.show_frame(Audio(SINE, 8000))
    assert view.panes[0].viewRange()[0] == [0, 1]
    assert view.legend() == []


def test_zooming_the_waveform_zooms_the_spectrogram(theme, make_widget, without_player):
    view = audio_view(theme, make_widget, Audio(SINE, 8000, spectrogram=True))
    wave, spectrum = view.panes
    at = wave.geometry().center().toPoint()
    wheel(view, at, 5)
    view.grab()
    x, y = wave.viewRange()
    assert 0.2 < x[0] < 0.5 < x[1] < 0.8
    assert y == pytest.approx([-0.575, 0.575])
    assert spectrum.viewRange() == [pytest.approx(x), [0, 4]]
    view.show_frame(Audio(0.5 * SINE, 8000, spectrogram=True))
    assert wave.viewRange()[0] == pytest.approx(x)
    QTest.keyClick(view, Qt.Key.Key_R)
    assert wave.viewRange()[0] == spectrum.viewRange()[0] == [0, 1]
