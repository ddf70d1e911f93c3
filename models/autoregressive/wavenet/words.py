"""Presentation of WaveNet's page: objective, metrics, presets, views, scenes and suggestions."""

from __future__ import annotations

from models.autoregressive.wavenet.conditionals import bits_along, bits_of_sounds, next_sample
from models.autoregressive.wavenet.sounds import continuation, samples
from models.autoregressive.wavenet.speed import speed
from models.autoregressive.wavenet.tree import context, dilation_tree
from models.protocol import Metric, Objective, Preset, Scene, Term, Try

__all__ = ["LOOK_AT", "METRICS", "OBJECTIVE", "PHASES", "PRESETS", "SCENES", "TRY_NEXT", "VIEWS"]

OBJECTIVE = Objective(
    r"\frac{1}{T}\log p_\theta(x)",
    (Term(r"\frac{1}{T}\sum_t \log p_\theta(x_t\mid x_{<t})", "log_prob"),),
    total=Term(r"\frac{1}{T}\log p_\theta(x)", "loss", sign=-1),
    note="Training minimises the negative, on a random crop of each sound of the batch: a mean over T samples, without "
    "padding. Each sample is one of the levels of a µ-law grid; divided by ln 2 the nats are bits per sample.",
)
METRICS = (
    Metric(
        "bits_per_sample", "Bits per sample", "bits", role="total", pane="bits", better="lower",
        help="What a sample costs given those before it; log₂ of the number of levels where nothing is known.",
    ),
    Metric("log_prob", "log p per sample", "nats", role="model", plotted=False, better="higher"),
)  # fmt: skip
PHASES = {
    "draw": "Draw a mini-batch of sounds x.",
    "forward": "Quantise a crop of each sound, and predict every sample of it from those before it, all at once.",
    "backward": "Differentiate the negative log-likelihood with respect to θ.",
    "update": "Move θ against the gradient.",
}
_DIGITS = {"layers": 9, "cycle": 9, "residual": 32, "gate": 64, "skip": 32, "head": 128, "window": 768}
PRESETS = (
    Preset(
        "Tones", "tones", {}, {"steps": 2000, "batch": 1, "lr": 3e-3, "clip": 1.0},
        about="Four notes of a plucked string: after some seconds a note can be heard.",
    ),
    Preset(
        "Tones, logistics", "tones", {"output": "logistics"}, {"steps": 2000, "batch": 1, "lr": 3e-3, "clip": 1.0},
        about="A mixture of logistics over the same levels: three numbers a component instead of 256 logits.",
    ),
    Preset(
        "Spoken digits", "spoken-digits", _DIGITS, {"steps": 8000, "batch": 1, "lr": 2e-3, "clip": 1.0},
        about="Voices saying digits; syllables can be heard after minutes.",
    ),
    Preset(
        "Your own sound", "waveform", {"layers": 9, "cycle": 9},
        {"steps": 4000, "batch": 1, "lr": 2e-3, "clip": 1.0},
        about="A WAV file of your own, waveform:file=PATH; without one, an example of this program.",
    ),
    Preset(
        "Spoken digits, large", "spoken-digits",
        {"layers": 20, "cycle": 10, "residual": 64, "gate": 128, "skip": 128, "head": 256, "window": 4096},
        {"steps": 40_000, "batch": 16, "lr": 1e-3, "clip": 1.0, "ema": 0.999},
        device="cuda", about="Two cycles of ten layers, whose context is a quarter of a second.",
    ),
)  # fmt: skip
VIEWS = (samples, continuation, dilation_tree, context, next_sample, bits_along, bits_of_sounds, speed)
SCENES = (
    Scene("Train", "Does it learn?", lead="samples", beside=("next_sample",), below=("curves",)),
    Scene(
        "Listen",
        "What does the model draw, and how does it go on?",
        lead="samples",
        beside=("continuation",),
        below=("bits_of_sounds",),
    ),
    Scene("Context", "What does one sample depend on?", lead="dilation_tree", beside=("context",)),
    Scene(
        "Next sample",
        "What is predicted, and where is it hard?",
        lead="next_sample",
        beside=("bits_along",),
        below=("bits_of_sounds",),
    ),
    Scene("Speed", "How long does one second of sound take?", lead="speed", beside=("samples",)),
)
LOOK_AT = (
    "Bits per sample fall from log₂ of the number of levels, 8 for 256, as the network predicts each sample from those "
    "before it. Press Play to hear what it draws: noise at first, then the pitch, then the shape of a note or a "
    "syllable. Training sees all samples of a crop at once; generation draws them one after another, which is why it "
    "is slow."
)
TRY_NEXT = (
    Try(
        "Use 3 layers: a context of 8 samples is too short for the pitch", {"layers": 3}, scene="Context",
        card="dilation_tree",
    ),
    Try("Predict a mixture of logistics instead of a softmax", preset="Tones, logistics", scene="Next sample"),
    Try("Take the class away: the model draws any note", {"condition": False}, scene="Listen"),
    Try(
        "Use 11 layers: each doubles the context, and the time of naive generation with it",
        {"layers": 11, "cycle": 11}, scene="Speed",
    ),
    Try("Go on to voices", preset="Spoken digits", scene="Listen"),
)  # fmt: skip
