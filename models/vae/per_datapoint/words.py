"""Presentation of the page of per-datapoint inference: objective, metrics, presets, views, scenes, suggestions."""

from __future__ import annotations

from models.protocol import Metric, Objective, Preset, Scene, Term, Try
from models.vae.exact_views import posterior
from models.vae.per_datapoint.inference import bound, fitting, new_images, parameters_of_q
from models.vae.phases import DECODE, LOOK_UP, NOISE, TERMS
from models.views.latent import decode_near_data, kl_per_dimension, latent_map, manifold, nearest, reconstructions
from models.views.samples import decoded_samples

__all__ = ["FORWARD_PHASES", "LOOK_AT", "METRICS", "OBJECTIVE", "PHASES", "PRESETS", "SCENES", "TRY_NEXT", "VIEWS"]

OBJECTIVE = Objective(
    r"\frac{1}{n}\,\mathcal{L}(m,s,\theta)",
    (
        Term(
            r"\frac{1}{n}\cdot\frac{n}{B}\sum_{i\in\mathrm{batch}}"
            r"\mathbb{E}_{q(z_i;\,m_i,s_i)}\left[\log p_\theta(x_i\mid z_i)\right]",
            "reconstruction",
        ),
        Term(
            r"-\,\frac{\beta}{n}\cdot\frac{n}{B}\sum_{i\in\mathrm{batch}}"
            r"D_{\mathrm{KL}}\left(q(z_i;\,m_i,s_i)\,\Vert\,p(z)\right)",
            "kl", sign=-1, weight="beta",
        ),
    ),
    total=Term(r"\frac{1}{n}\mathcal{L}", "loss", sign=-1),
    note="𝓛 is a sum over all n data. The sum over a batch of B data, times n/B, is an unbiased estimate of it. "
    "Training minimises −𝓛/n, so that values are means over the batch, in nats an image; the KL is in closed form, "
    "with one reparameterised z for each image. m and s of an image change only when it is in the batch.",
)  # fmt: skip
METRICS = (
    Metric(
        "elbo", "ELBO", "nats", role="total", pane="nats", better="higher",
        help="Evidence lower bound on log p(x), nats an image, with β = 1. Held out: q is fitted to each of 100 "
        "images, with the decoder fixed.",
    ),
    Metric(
        "reconstruction", "Reconstruction", "nats", role="data", pane="nats", better="higher",
        help="Expected log p(x|z) with z drawn from the image's own q, nats an image.",
    ),
    Metric(
        "kl", "KL", "nats", role="prior", pane="KL, nats",
        help="KL(q ‖ p(z)) of each image, nats: how much information z has about x.",
    ),
)  # fmt: skip
PRESETS = (
    Preset(
        "Digits, 2-D latent", "digits", {"latent": 2, "hidden": 200},
        {"steps": 6000, "batch": 64, "lr": 3e-3, "lr_local": 0.15},
        about="1,300 images, each with its own m and s: the classes separate on the map without an encoder.",
    ),
    Preset(
        "2,000 digits of MNIST", "mnist-dynamic:n=2000", {"latent": 2},
        {"steps": 5000, "batch": 128, "lr": 1e-3, "lr_local": 0.15},
        about="The comparison with the amortised VAE: parameters, time for a new image, held-out bound.",
    ),
    Preset(
        "MNIST, all 50,000", "mnist-dynamic", {"latent": 2},
        {"steps": 10_000, "batch": 128, "lr": 1e-3, "lr_local": 0.15},
        about="200,000 local parameters, each updated 26 times in 10,000 steps.",
    ),
)  # fmt: skip
VIEWS = (
    latent_map.but(
        splits=("train",),
        help="The mean of each training image's own q. Circles: the prior. A click decodes a point.",
    ),
    decode_near_data,
    nearest,
    decoded_samples,
    reconstructions.but(
        splits=("train",),
        help="Training images, and their reconstructions from the z of their own q.",
    ),
    manifold,
    kl_per_dimension.but(splits=("train",)),
    bound,
    posterior.but(splits=("train",), help="p(z|x) of one training image by quadrature, and its own q."),
    parameters_of_q,
    fitting,
    new_images,
)
SCENES = (
    Scene(
        "Train", "Does it learn?",
        lead="latent_map", beside=("decode",), below=("curves",),
    ),
    Scene(
        "Samples", "What does the model generate, and what does it reconstruct?",
        lead="samples", beside=("reconstructions",), below=("nearest",),
    ),
    Scene(
        "Latent space", "What does the decoder generate at each point?",
        lead="manifold", beside=("latent_map",), below=("decode",),
    ),
    Scene(
        "Any problems?", "What is the cost of a q for each image?",
        lead="fitting", beside=("parameters_of_q",), below=("new_images",),
    ),
    Scene(
        "The bound", "How far is the ELBO of an image from log p(x)?",
        lead="posterior", beside=("bound",), below=("kl_per_dimension",),
    ),
)  # fmt: skip
LOOK_AT = (
    "Each point is the mean mᵢ of one training image's own q; it is a parameter, not the output of a network. All "
    "begin near 0 and change only when their image is in a batch. The lecture asks: any problems? Three are measured "
    "here. The parameters of q grow in number with the data. A new image has no q: fitting one takes many passes "
    "through the decoder instead of one pass through an encoder. And a q that is rarely updated lags behind the "
    "decoder."
)
FORWARD_PHASES = (LOOK_UP, NOISE, DECODE, TERMS)
PHASES = {
    "draw": "Draw a mini-batch of images x.",
    LOOK_UP: "No encoder: m and s of each x are parameters. Look them up: q(z) = N(m, s²) is drawn on the map.",
    NOISE: "Draw ε ~ N(0, I) for each x, and z = m + s ε, a point of its q(z).",
    DECODE: "Decode: the decoder gives each z its p(x|z), whose mean is drawn below x.",
    TERMS: "The two terms of the loss: the reconstruction log p(x|z), and the KL of q(z) from the prior.",
    "backward": "Differentiate through the decoder to θ, and on through z = m + s ε, with ε held fixed, "
    "to these m and s.",
    "update": "Move the decoder, and the m and s of the data in the batch; all others stay.",
}

TRY_NEXT = (
    Try("Compare with the encoder: the same model, amortised", page="vae"),
    Try(
        "Fit a new q with 10 steps: held-out bounds fall, though the model is the same",
        {"refit_steps": 10},
        scene="Any problems?",
    ),
    Try("Lower the rate of m and s: the decoder learns from codes that lag behind", {"lr_local": 0.002}, scene="Train"),
    Try("Take 2,000 digits of MNIST", preset="2,000 digits of MNIST", scene="Any problems?"),
)
