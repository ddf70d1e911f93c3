"""Sound as a WAV file."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.figures.style import FigureError
from models.frames import Audio, Film, Frame

__all__ = ["sound_of", "wav_of"]


def sound_of(frame: Frame) -> Audio:
    """The sound that a frame shows; of a film the last one, which is complete.

    Raises:
        FigureError: The frame shows none.
    """
    shown = frame.frames[-1] if isinstance(frame, Film) else frame
    if not isinstance(shown, Audio):
        raise FigureError(f"a .wav takes sound, not a frame of the kind {type(shown).__name__}")
    return shown


def wav_of(frame: Frame, identity: Mapping[str, Any]) -> bytes:
    """A sound as a WAV file of 16 bits and one channel, with the identity as JSON in its comment (ICMT).

    Raises:
        FigureError: The frame shows no sound.
    """
    sound = sound_of(frame)
    samples = np.round(np.clip(np.nan_to_num(sound.samples), -1, 1) * 32767).astype("<i2").tobytes()
    form = struct.pack("<HHIIHH", 1, 1, sound.rate, 2 * sound.rate, 2, 16)  # PCM, one channel
    comment = json.dumps(dict(identity)).encode() + b"\0"
    parts = _chunk(b"fmt ", form) + _chunk(b"LIST", b"INFO" + _chunk(b"ICMT", comment)) + _chunk(b"data", samples)
    return _chunk(b"RIFF", b"WAVE" + parts)


def _chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a RIFF file, padded to an even length."""
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
