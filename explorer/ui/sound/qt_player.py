"""A player of QtMultimedia, which is part of PySide6-Addons."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QBuffer, QElapsedTimer, QIODevice, QObject, QTimer, Slot
from PySide6.QtMultimedia import QAudio, QAudioFormat, QAudioSink, QMediaDevices

from explorer.ui.sound.player import Player

__all__ = ["QtPlayer"]

_BEAT = 40  # ms between two positions that are told


class QtPlayer(Player):
    """Plays through the default device, in its preferred rate where it does not take that of the sound."""

    def __init__(self, parent: QObject):
        super().__init__(parent)
        self._sink: QAudioSink | None = None
        self._buffer = QBuffer(self)
        self._loop, self._seconds = False, 0.0
        self._clock = QElapsedTimer()  # devices tell how much they have taken, not how much was heard
        self._timer = QTimer(self, interval=_BEAT)
        self._timer.timeout.connect(self._on_beat)

    @staticmethod
    def has_device() -> bool:
        """Whether any device plays sound."""
        return bool(QMediaDevices.audioOutputs())

    def play(self, samples: np.ndarray, rate: int, loop: bool) -> None:
        """Plays a sound from its beginning."""
        self.stop()
        device = QMediaDevices.defaultAudioOutput()
        if device.isNull() or not len(samples):
            self.ended.emit()
            return
        form = QAudioFormat()
        form.setSampleFormat(QAudioFormat.SampleFormat.Int16)
        form.setChannelCount(1)
        form.setSampleRate(rate)
        if not device.isFormatSupported(form):
            preferred = device.preferredFormat()
            form.setSampleRate(preferred.sampleRate())
            form.setChannelCount(preferred.channelCount())
        self._buffer.setData(_pcm(samples, rate, form).tobytes())
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self._loop, self._seconds = loop, len(samples) / rate
        self._sink = QAudioSink(device, form, self)
        self._sink.stateChanged.connect(self._on_state)
        self._sink.start(self._buffer)
        self._clock.start()
        self._timer.start()

    def set_loop(self, loop: bool) -> None:
        """Whether the sound begins again at its end."""
        self._loop = loop

    def stop(self) -> None:
        """Ends the sound."""
        sink, self._sink = self._sink, None
        self._timer.stop()
        if sink is not None:
            sink.stateChanged.disconnect(self._on_state)
            sink.stop()
            sink.deleteLater()
            self._buffer.close()
            self.ended.emit()

    @Slot(QAudio.State)
    def _on_state(self, state: QAudio.State) -> None:
        if self._sink is None or state is QAudio.State.ActiveState:
            return
        if state is QAudio.State.IdleState and self._loop:
            self._buffer.seek(0)
            self._sink.start(self._buffer)
            self._clock.start()
        else:
            self.stop()

    @Slot()
    def _on_beat(self) -> None:
        self.moved.emit(min(self._clock.elapsed() / 1000, self._seconds))


def _pcm(samples: np.ndarray, rate: int, form: QAudioFormat) -> np.ndarray:
    """16-bit samples in the rate and the number of channels of a format, interleaved."""
    wanted = form.sampleRate()
    if wanted != rate:
        times = np.arange(round(len(samples) * wanted / rate)) / wanted
        samples = np.interp(times, np.arange(len(samples)) / rate, samples)
    whole = np.round(np.clip(samples, -1, 1) * 32767).astype("<i2")
    return np.repeat(whole, form.channelCount())
