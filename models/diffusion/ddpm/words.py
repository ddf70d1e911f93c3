"""Presentation of the page of DDPM: objective, metrics, presets, views, scenes and suggestions."""

from __future__ import annotations

from models.diffusion.ddpm.bound_view import bound
from models.diffusion.plane.density_view import density, log_likelihood
from models.diffusion.plane.field_views import errors, field, losses
from models.diffusion.plane.quality_view import quality
from models.diffusion.plane.sampling_views import dragged, film, samplers, samples
from models.protocol import Metric, Objective, Preset, Scene, Term, Try

__all__ = [
    "ABOUT",
    "LOOK_AT",
    "METRICS",
    "OBJECTIVE",
    "PHASES",
    "PRESETS",
    "SCENES",
    "TRY_NEXT",
    "VIEWS",
    "WEIGHTINGS",
]

WEIGHTINGS = {"simple": "L_simple: w = 1", "elbo": "ELBO: w = −λ′", "min-snr": "Min-SNR: w = min(5/SNR, 1)"}
ABOUT = (
    "Data x₀ are mixed with noise, x_t = α x₀ + σ ε. The network ε_θ predicts the noise in x_t; sampling takes it away "
    "in steps from t = 1 to 0."
)
OBJECTIVE = Objective(
    r"\mathbb{E}_{t,x_0,\varepsilon}\!\left[w(t)\,\tfrac{1}{D}\|\varepsilon_\theta(x_t,t)-\varepsilon\|^2\right]",
    (Term(r"w(t)\,\tfrac{1}{D}\|\varepsilon_\theta(x_t,t)-\varepsilon\|^2", "weighted", role="model"),),
    total=Term(r"L", "loss"),
    maximised=False,
    note="Whatever the network predicts, the error is that of the noise which follows from it.",
)
METRICS = (
    Metric("weighted", "L, weighted", role="total", pane="loss", better="lower", plotted=False,
           help="The loss: w(t) times the square error of ε, mean over dimensions."),
    Metric("eps_error", "Square error of ε", role="model", pane="loss", better="lower", null="eps_floor",
           null_label="floor, same draws", help="Mean over t and dimensions. The best network's is not 0."),
)  # fmt: skip
PHASES = {
    "draw": "Draw a mini-batch of data, a time t and noise ε for each.",
    "forward": "Mix data and noise to x_t; the network predicts ε from x_t and t.",
    "backward": "Differentiate the weighted square error with respect to θ.",
    "update": "Move θ against the gradient.",
}
_TRAINING = {"steps": 8000, "batch": 256, "lr": 2e-3, "ema": 0.998}
PRESETS = (
    Preset("Ring, ε", "ring8", {}, _TRAINING, about="The loss of DDPM: the noise is predicted, all t weigh alike."),
    Preset("Two moons", "moons", {}, _TRAINING, about="Curved data without a closed form."),
    Preset("Pinwheel", "pinwheel", {}, _TRAINING, about="Five curved arms."),
    Preset("Ring, v and He's initialisation", "ring8", {"prediction": "v"}, _TRAINING,
           about="ε = σ x + α v: the best linear prediction is built in. It needs the larger initial gain."),
    Preset("Ring, v stays on the Gaussian", "ring8", {"prediction": "v", "start": "torch"}, _TRAINING,
           about="The same with torch's small initial gain: samples stay normal for a minute."),
    Preset("Ring, x₀ and min-SNR", "ring8", {"prediction": "x0", "weighting": "min-snr"}, _TRAINING,
           about="The datum is predicted; times of little noise weigh less."),
    Preset("Ring, score", "ring8", {"prediction": "score"}, _TRAINING,
           about="The score is large where there is little noise: the network has to reach far."),
    Preset("Ring, ELBO weights", "ring8", {"weighting": "elbo"}, _TRAINING,
           about="Likelihood: times of little noise weigh most."),
    Preset("Ring, cosine", "ring8", {"process": "cosine"}, _TRAINING, about="The log-SNR falls more evenly."),
    Preset("Ring, variance exploding", "ring8", {"process": "exploding"}, _TRAINING,
           about="Data stay and noise grows to 50 standard deviations."),
)  # fmt: skip
VIEWS = (samples, losses, field, errors, film, samplers, quality, dragged, density, log_likelihood, bound)
SCENES = (
    Scene("Train", "Do samples follow the data?", lead="samples", beside=("curves",)),
    Scene("Field", "How near is the learned field to the exact one?", lead="field", beside=("errors",)),
    Scene("Sampling", "How does noise become data?", lead="film", beside=("samplers",)),
    Scene("Passes", "How many passes do good samples need?", lead="quality", beside=("samples",)),
    Scene("Drag", "Where does this noise end?", lead="dragged", beside=("samples",)),
    Scene("Likelihood", "How near is log p to the exact density?", lead="density", beside=("log_likelihood",)),
    Scene("Bound", "How near are bound and loss to the least there is?", lead="bound", beside=("losses",)),
)  # fmt: skip
LOOK_AT = (
    "The floor of the loss is not 0: at small t no network can tell noise from data. What counts is the distance from "
    "the floor, and it is invisible in the loss alone.\n\n"
    "DDIM with η = 0 and the probability flow make a map from noise to data; drag the noise to see it. With few "
    "passes, the paths are coarse and samples fall beside the modes."
)
TRY_NEXT = (
    Try("Predict v with torch's initialisation: it stays on the Gaussian", preset="Ring, v stays on the Gaussian",
        scene="Train"),
    Try("Cure it with He's initialisation", preset="Ring, v and He's initialisation", scene="Train"),
    Try("Weigh the times as the likelihood does", {"weighting": "elbo"}, scene="Bound", card="bound"),
    Try("Take the cosine schedule", preset="Ring, cosine", scene="Bound", card="losses"),
    Try("Shorten the chain to 100 steps: the bound is looser", {"chain": 100}, scene="Bound", card="bound"),
    Try("Compare with straight paths on the same data", page="flow-matching"),
    Try("See what the optimum of n data would do", page="forward-process"),
)  # fmt: skip
