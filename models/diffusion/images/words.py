"""Presentation of the page of diffusion of images: objective, metrics, presets, views, scenes and suggestions."""

from __future__ import annotations

from typing import Any

from models.diffusion.images.datum_views import denoised, inpainting, losses
from models.diffusion.images.sampling_views import film, guidances, interpolation, passes_compared, samples
from models.protocol import Metric, Objective, Preset, Scene, Term, Try
from models.views.drawing import drawing
from models.views.image_quality import SAMPLE_METRICS, classes, frechet_distance, nearest, precision

__all__ = ["ABOUT", "LOOK_AT", "METRICS", "PHASES", "PRESETS", "SCENES", "TRY_NEXT", "VIEWS", "objective_of"]

ABOUT = (
    "An image x₀ is mixed with noise, x_t = α x₀ + σ ε. A U-Net predicts the noise in it, for its class or for none; "
    "sampling takes the noise away in steps from t = 1 to 0."
)
_TERMS = {
    "eps": r"\tfrac{1}{D}\|\varepsilon_\theta(x_t,t,c)-\varepsilon\|^2",
    "v": r"\tfrac{1}{D}\|v_\theta(x_t,t,c)-(\alpha\varepsilon-\sigma x_0)\|^2",
    "flow": r"\tfrac{1}{D}\|u_\theta(x_t,t,c)-(\varepsilon-x_0)\|^2",
}


def objective_of(config: Any) -> Objective:
    """The loss under a config."""
    term = _TERMS[config.objective]
    drawn = "t = σ(N(0, 1))" if config.objective == "flow" else "t is uniform"
    return Objective(
        rf"\mathbb{{E}}_{{t,x_0,\varepsilon}}\!\left[{term}\right]",
        (Term(term, "error", role="model"),),
        total=Term(r"L", "loss"),
        maximised=False,
        note=f"{drawn}. c is the class; it is left out for a tenth of the images, so that guidance can do without.",
    )


METRICS = (
    Metric("error", "Square error", role="model", pane="loss", better="lower", help="Mean over t, an entry."),
    *SAMPLE_METRICS,
)
PHASES = {
    "draw": "Draw a mini-batch of images, a time t and noise ε for each.",
    "forward": "Mix images and noise to x_t; the U-Net predicts from x_t, t and the class.",
    "backward": "Differentiate the square error with respect to θ.",
    "update": "Move θ against the gradient.",
}
_ADAM = {"lr": 2e-3, "clip": 1.0}
_MNIST = {"batch": 16, "micro_batches": 4, "ema": 0.998, **_ADAM}
PRESETS = (
    Preset("Digits", "digits", {}, {"steps": 3000, "batch": 64, "micro_batches": 2, "ema": 0.995, **_ADAM},
           about="Small digits in a minute, all ten classes."),
    Preset("Digits without classes", "digits", {"conditional": False},
           {"steps": 3000, "batch": 64, "micro_batches": 2, "ema": 0.995, **_ADAM},
           about="The same network without the class as an input."),
    Preset("MNIST, flow matching", "mnist", {"objective": "flow", "scales": 3}, {"steps": 6000, **_MNIST},
           about="Straight paths; legible digits after some minutes on a CPU."),
    Preset("MNIST, noise", "mnist", {"scales": 3}, {"steps": 6000, **_MNIST},
           about="The loss of DDPM, with the cosine schedule."),
    Preset("Sprites", "sprites", {"objective": "flow", "scales": 3}, {"steps": 6000, **_MNIST},
           about="Four shapes in any size, place and rotation."),
    Preset("Coloured sprites", "sprites-colour", {"objective": "flow", "scales": 3}, {"steps": 6000, **_MNIST},
           about="Shapes of 32×32 pixels in colour."),
    Preset("MNIST, wide", "mnist", {"channels": 64, "scales": 3},
           {"steps": 30_000, "batch": 128, "ema": 0.9995, "lr": 5e-4, "clip": 1.0},
           device="cuda", about="Four times as many channels, for a GPU."),
)  # fmt: skip
VIEWS = (
    samples, film, denoised, inpainting, drawing, interpolation, passes_compared, guidances, losses,
    classes.defaulting(n=200).but(record=False), nearest, precision.defaulting(n=200),
    frechet_distance.defaulting(n=200),
)  # fmt: skip
SCENES = (
    Scene("Train", "Do images come out of noise?", lead="samples", beside=("curves",)),
    Scene("Sampling", "How does noise become an image?", lead="film", beside=("passes_compared",)),
    Scene("Denoise", "What can an image under noise have been?", lead="denoised", beside=("losses",)),
    Scene("Complete", "How does the model fill in what is missing?", lead="inpainting", beside=("drawing",)),
    Scene("Guidance", "What does more weight for the class do?", lead="guidances", beside=("interpolation",)),
    Scene("Quality", "Are all classes there, and how near are samples to data?", lead="classes", beside=("frechet",)),
    Scene("Memory", "Does the model copy its training data?", lead="nearest", beside=("precision",)),
)  # fmt: skip
LOOK_AT = (
    "The loss falls fast at first and then hardly at all, while samples keep improving: it is dominated by times at "
    "which noise cannot be told from the image. What counts is seen in the samples, the classes and the Fréchet "
    "distance. The share of samples that are clearly of a class misleads alone: it also grows when all look alike.\n\n"
    "The estimate of x₀ from much noise is a blur, the mean of all images that it may come from. A sample takes many "
    "small steps because each of them may follow the mean only a little."
)
TRY_NEXT = (
    Try("Predict the velocity of straight paths, and sample with few passes", {"objective": "flow"}, scene="Sampling",
        card="passes_compared"),
    Try("Leave out the coarse scale: strokes without a whole", {"scales": 1}, scene="Train"),
    Try("Halve the channels, and let half of an image be filled in", {"channels": 8}, scene="Complete",
        card="inpainting"),
    Try("Train the same network without classes", preset="Digits without classes", scene="Quality"),
    Try("Go to MNIST with straight paths", preset="MNIST, flow matching", scene="Train"),
    Try("See the same digits by a GAN, in one pass", page="gan-images"),
)  # fmt: skip
