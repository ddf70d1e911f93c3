"""WaveNet: sound, drawn one sample after another."""

from models.autoregressive.wavenet.model import WaveNet

__all__ = ["WaveNet"]
