"""Reading of WAV files: one channel, amplitudes from −1 to 1."""

from __future__ import annotations

import io
import struct
import warnings
from math import gcd

import numpy as np

from explorer.data.errors import Unreadable

__all__ = ["read_wav", "resampled"]

_LEAST_RATE, _MOST_RATE = 1_000, 384_000
_LONGEST = 50_000  # greatest factor of a change of rate, to which the length of its filter is proportional


def read_wav(packed: bytes) -> tuple[np.ndarray, int]:
    """The sound of a WAV file of 8, 16, 24 or 32 bits or floating-point numbers; channels are averaged.

    Args:
        packed: The file.

    Returns:
        Amplitudes, (n,) float64, and samples a second. Whole numbers are divided by their range; floating-point numbers
        beyond ±1 are scaled to that range together.

    Raises:
        Unreadable: Not a WAV file, damaged, or in a coding that is not read.
    """
    from scipy.io import wavfile  # the import takes a tenth of a second

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", wavfile.WavFileWarning)  # of parts that hold no sound
            rate, samples = wavfile.read(io.BytesIO(packed))
    except (ValueError, EOFError, struct.error, KeyError, ZeroDivisionError, UnboundLocalError, MemoryError) as error:
        if not packed.startswith((b"RIFF", b"RIFX", b"RF64")):
            raise Unreadable("is not a WAV file; convert it to WAV") from None
        raise Unreadable(f"cannot be read as a WAV file ({error or 'it is damaged'}); save it as 16-bit PCM") from None
    if not samples.size:
        raise Unreadable("holds no sound")
    if not _LEAST_RATE <= rate <= _MOST_RATE:
        raise Unreadable(f"has {rate:,} samples a second; from {_LEAST_RATE:,} to {_MOST_RATE:,} are read")
    if samples.dtype.kind == "f":
        x = samples.astype(np.float64)
        if not np.isfinite(x).all():
            raise Unreadable("holds samples that are not finite")
    elif samples.dtype == np.uint8:
        x = (samples.astype(np.float64) - 128) / 128
    else:  # 24-bit samples are the upper bytes of 32-bit ones
        x = samples / -float(np.iinfo(samples.dtype).min)
    if x.ndim == 2:
        x = x.mean(axis=1)
    return x / max(1.0, float(np.abs(x).max())), int(rate)


def resampled(x: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    """A sound at another number of samples a second, with what is above half of it filtered out; (n,) to (m,).

    Raises:
        Unreadable: The rates have so small a common divisor that the filter would be too long.
    """
    if rate == wanted:
        return x
    from scipy.signal import resample_poly

    common = gcd(rate, wanted)
    if max(rate, wanted) // common > _LONGEST:
        raise Unreadable(f"has {rate:,} samples a second, which cannot be made {wanted:,}; choose one that divides it")
    return np.clip(resample_poly(x, wanted // common, rate // common), -1.0, 1.0)
