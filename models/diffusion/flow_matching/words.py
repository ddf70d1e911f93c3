"""Presentation of the page of flow matching: objective, metrics, presets, views, scenes and suggestions."""

from __future__ import annotations

from models.diffusion.flow_matching.straight_views import bends, ways
from models.diffusion.plane.density_view import density, log_likelihood
from models.diffusion.plane.field_views import errors, field, losses
from models.diffusion.plane.quality_view import quality
from models.diffusion.plane.sampling_views import dragged, film, samplers, samples
from models.protocol import Metric, Objective, Preset, Scene, Term, Try

__all__ = ["ABOUT", "LOOK_AT", "METRICS", "OBJECTIVE", "PHASES", "PRESETS", "SCENES", "TRY_NEXT", "VIEWS"]

ABOUT = (
    "Data x₀ and noise ε are joined by straight paths, x_t = (1 − t) x₀ + t ε. The network u_θ predicts the velocity "
    "ε − x₀ from x_t; sampling follows −u_θ from t = 1 to 0."
)
OBJECTIVE = Objective(
    r"\mathbb{E}_{t,x_0,\varepsilon}\!\left[\tfrac{1}{D}\|u_\theta(x_t,t)-(\varepsilon-x_0)\|^2\right]",
    (Term(r"\tfrac{1}{D}\|u_\theta(x_t,t)-(\varepsilon-x_0)\|^2", "velocity_error", role="model"),),
    total=Term(r"L", "loss"),
    maximised=False,
    note="The best u is the mean velocity of the paths that cross at x_t: E[ε − x₀ | x_t]. In the rectified stage x₀ "
    "is where the flow takes ε.",
)
METRICS = (
    Metric("velocity_error", "Square error of u", role="model", pane="loss", better="lower", null="velocity_floor",
           null_label="floor, same draws", help="Mean over t and dimensions. The best is not 0: paths cross."),
)  # fmt: skip
PHASES = {
    "draw": "Draw a mini-batch of data, a time t and noise ε for each; in the rectified stage, pairs of the flow.",
    "forward": "Go to x_t on the straight path; the network predicts the velocity there.",
    "backward": "Differentiate the square error with respect to θ.",
    "update": "Move θ against the gradient.",
}
_TRAINING = {"steps": 8000, "batch": 256, "lr": 2e-3, "ema": 0.998}
PRESETS = (
    Preset("Ring", "ring8", {}, _TRAINING, about="Straight paths to eight modes; their mean velocity bends."),
    Preset("Ring, rectified", "ring8", {"rectify": 0.5}, _TRAINING,
           about="From half of the training on, on pairs of the flow: paths become straight, and few passes suffice."),
    Preset("Two moons", "moons", {}, _TRAINING, about="Curved data without a closed form."),
    Preset("Two moons, rectified", "moons", {"rectify": 0.5}, _TRAINING,
           about="One pass almost draws the moons."),
    Preset("Pinwheel", "pinwheel", {}, _TRAINING, about="Five curved arms."),
    Preset("Ring, times in the middle", "ring8", {"times": "logit-normal"}, _TRAINING,
           about="t = σ(N(0, 1)): times near data and noise are drawn less often."),
)  # fmt: skip
VIEWS = (
    samples, losses, field, errors, film, samplers, ways, bends, quality, dragged, density, log_likelihood,
)  # fmt: skip
SCENES = (
    Scene("Train", "Do samples follow the data?", lead="samples", beside=("curves",)),
    Scene("Field", "How near is the learned velocity to the exact one?", lead="field", beside=("errors",)),
    Scene("Loss", "How near is the loss to the least there is?", lead="losses", beside=("curves",)),
    Scene("Sampling", "How does noise become data?", lead="film", beside=("samplers",)),
    Scene("Straight", "How much do the paths bend?", lead="ways", beside=("bends",)),
    Scene("Passes", "How many passes do good samples need?", lead="quality", beside=("samples",)),
    Scene("Drag", "Where does this noise end?", lead="dragged", beside=("samples",)),
    Scene("Likelihood", "How near is log p to the exact density?", lead="density", beside=("log_likelihood",)),
)  # fmt: skip
LOOK_AT = (
    "Each path from a datum to noise is straight, but paths cross, and where they do the flow takes their mean "
    "velocity: the paths of the flow bend. Rectified once, it is trained on pairs that it made itself. These do not "
    "cross, the paths become straight, and one pass almost replaces fifty.\n\n"
    "The flow from noise to data is the probability flow of a diffusion, with x_t scaled and t changed. What differs "
    "is the grid of times, and what a step of Euler does exactly."
)
TRY_NEXT = (
    Try("Rectify the flow now, and watch the paths straighten", {"rectify": 0.0}, scene="Straight"),
    Try("Take a narrow network: more passes do not help", {"width": 16}, scene="Passes", card="quality"),
    Try("Rectify two moons", preset="Two moons, rectified", scene="Straight"),
    Try("Train DDPM on the same data, to see it beside this flow", page="ddpm"),
    Try("Draw times in the middle more often", {"times": "logit-normal"}, scene="Field", card="errors"),
)  # fmt: skip
