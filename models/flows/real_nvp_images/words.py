"""Presentation of the page of Real NVP of images: presets, views, scenes and suggestions."""

from __future__ import annotations

from models.flows.flow.layer_views import log_dets
from models.flows.real_nvp_images.latent_views import decode, interpolation, singular_values, traversals
from models.flows.real_nvp_images.likelihood_views import bits, log_likelihood
from models.flows.real_nvp_images.noise_views import cost, layers, reconstruction, scales, temperatures
from models.protocol import Preset, Scene, Try
from models.views.samples import samples

__all__ = ["ABOUT", "LOOK_AT", "PRESETS", "SCENES", "TRY_NEXT", "VIEWS"]

ABOUT = (
    "Data: images x. Model: x = f_θ(ε) in couplings of convolutional networks: some pixels or channels stay, and say "
    "how the others are scaled and shifted. Each scale factors out half of its channels as noise."
)
_DIGITS = {"steps": 800, "batch": 64, "lr": 1e-2, "clip": 100.0}
_MNIST = {"steps": 3000, "batch": 32, "micro_batches": 4, "lr": 1e-2, "clip": 1000.0}
PRESETS = (
    Preset("Digits", "digits", {"alpha": 0.05}, _DIGITS,
           about="Small digits in half a minute. Held-out bits can be least before the end: the best checkpoint."),
    Preset("Digits, as in Real NVP", "digits", {"alpha": 0.05, "checkerboards": 3, "mixing": False}, _DIGITS,
           about="Three checkerboards, then three couplings of channels that take turns, on each scale."),
    Preset("Digits, dense networks", "digits", {"alpha": 0.05, "net": "dense", "width": 64, "blocks": 0},
           {**_DIGITS, "lr": 2e-3}, about="The same couplings without convolutions, for comparison."),
    Preset("MNIST", "mnist", {"checkerboards": 1}, _MNIST,
           about="Bits/dim below those of independent pixels within a minute."),
    Preset("MNIST, α = 0.05", "mnist", {"checkerboards": 1, "alpha": 0.05}, _MNIST,
           about="Logits stay small, and take 0.7 bits/dim more: compare bits/dim of one α alone."),
    Preset("Coloured sprites", "sprites-colour", {"scales": 3, "width": 64},
           {"steps": 20_000, "batch": 64, "lr": 3e-3, "clip": 10_000.0}, device="cuda",
           about="Shapes of 32×32 pixels in colour."),
    Preset("MNIST, large", "mnist", {"checkerboards": 3, "couplings": 8, "width": 96, "blocks": 2},
           {"steps": 40_000, "batch": 64, "lr": 2e-3, "clip": 1000.0}, device="cuda",
           about="More couplings and wider networks, for a GPU."),
)  # fmt: skip
VIEWS = (
    samples.but(lead=True),
    temperatures,
    bits,
    log_likelihood,
    log_dets,
    reconstruction,
    layers,
    cost,
    scales,
    interpolation,
    decode,  # the first view of a latent point has the sliders
    traversals,
    singular_values,
)
SCENES = (
    Scene(
        "Train", "Does the flow learn to draw?",
        lead="samples", beside=("layers",), below=("curves",),
    ),
    Scene(
        "Likelihood", "How many bits does a dimension take?",
        lead="bits", beside=("log_likelihood",), below=("log_dets",),
    ),
    Scene(
        "Inverse", "Does each image come back from its noise?",
        lead="reconstruction", below=("interpolation", "directions"),
    ),
    Scene(
        "Noise", "What does the noise of each scale decide?",
        lead="scales", beside=("temperatures",),
    ),
    Scene(
        "Latent space", "Which directions of the noise matter?",
        lead="traversals", beside=("decode",), below=("singular_values",),
    ),
)  # fmt: skip
LOOK_AT = (
    "The likelihood is exact, so bits/dim of held-out images compare models: below those of independent pixels the "
    "flow has learned how pixels depend on one another. Samples can look worse than the bits suggest: most bits go to "
    "grey levels, few to strokes.\n\n"
    "Nothing is lost: the noise has as many numbers as the image, each image has exactly one code, and comes back from "
    "it. Few directions of this noise change what one sees; the sliders move along these."
)
TRY_NEXT = (
    Try("Use the masks of the paper: checkerboards, then channels that take turns", preset="Digits, as in Real NVP",
        scene="Train"),
    Try("Leave out the checkerboards: held-out bits grow", {"checkerboards": 0}, scene="Likelihood"),
    Try("Replace convolutions by dense networks: held-out bits grow", preset="Digits, dense networks",
        scene="Likelihood"),
    Try("Draw the noise of three scales anew, one after the other", {"scales": 3}, scene="Noise"),
    Try("Move along more of the directions that matter", {"sliders": 16}, scene="Latent space", card="decode"),
    Try("Go to MNIST, and compare with simple models", preset="MNIST", scene="Likelihood"),
    Try("Keep logits small with α = 0.05, at a price in bits/dim", preset="MNIST, α = 0.05",
        scene="Likelihood"),
)  # fmt: skip
