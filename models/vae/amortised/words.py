"""Presentation of the amortised VAE's page: objective, metrics, presets, views, scenes, and suggestions."""

from __future__ import annotations

from models.protocol import Metric, Objective, Preset, Scene, Term, Try
from models.vae.amortised.blur import blurry
from models.vae.amortised.steps import steps
from models.vae.exact_views import bound, posterior
from models.vae.phases import DECODE, ENCODE, NOISE, TERMS
from models.views.factors import factors
from models.views.latent import decode_near_data, kl_per_dimension, latent_map, manifold, nearest, reconstructions
from models.views.samples import decoded_samples
from models.views.walks import direction, interpolation, traversals

__all__ = ["FORWARD_PHASES", "LOOK_AT", "METRICS", "OBJECTIVE", "PHASES", "PRESETS", "SCENES", "TRY_NEXT", "VIEWS"]

_FORM_1 = Objective(
    r"\mathrm{ELBO}",
    (
        Term(r"\mathbb{E}_{q_\phi(z\mid x)}\left[\log p_\theta(x,z)\right]", "joint", role="data"),
        Term(r"-\,\mathbb{E}_{q_\phi(z\mid x)}\left[\log q_\phi(z\mid x)\right]", "entropy", role="model"),
    ),
    total=Term(r"\mathrm{ELBO}", "elbo"),
    title="Form 1: joint and entropy",
    note="Without the entropy, q would shrink to the point of greatest p(z|x).",
)
_FORM_2 = Objective(
    r"\mathrm{ELBO}",
    (
        Term(r"\mathbb{E}_{q_\phi(z\mid x)}\left[\log p_\theta(x\mid z)\right]", "reconstruction"),
        Term(r"-\,D_{\mathrm{KL}}\left(q_\phi(z\mid x)\,\Vert\,p(z)\right)", "kl", sign=-1),
    ),
    total=Term(r"\mathrm{ELBO}", "elbo"),
    title="Form 2: likelihood and KL",
    note="Training uses this form, with the KL weighted by β. For φ, the encoder's parameters, raising the ELBO is the "
    "same as lowering KL(q ‖ p(z|x)), because log p(x) does not depend on φ. A step on θ, the decoder's parameters, "
    "changes log p(x) too: see “Steps on φ and θ”. The lecture writes λ for φ and β for θ.",
)
OBJECTIVE = Objective(
    r"\mathcal{L}(\theta,\phi;x)",
    (
        Term(r"\mathbb{E}_{q_\phi(z\mid x)}\left[\log p_\theta(x\mid z)\right]", "reconstruction"),
        Term(r"-\,\beta\,D_{\mathrm{KL}}\left(q_\phi(z\mid x)\,\Vert\,p(z)\right)", "kl", sign=-1, weight="beta"),
        Term(r"-\,\beta\sum_j\left(\delta-\overline{\mathrm{KL}}_j\right)_+", "free_bits", sign=-1, weight="beta"),
    ),
    total=Term(r"\mathcal{L}", "loss", sign=-1),
    note="Training minimises −𝓛, averaged over the batch. The KL is in closed form; the expectation is estimated with "
    "one reparameterised draw of z for each image. With β = 1 and without free bits, 𝓛 is the ELBO. Free bits δ: a "
    "dimension whose KL, averaged over the batch, is below δ counts as δ, so that no gradient lowers it further.",
    other=(_FORM_1, _FORM_2),
)
METRICS = (
    Metric(
        "elbo", "ELBO", "nats", role="total", pane="nats", better="higher",
        help="Evidence lower bound on log p(x), nats an image. It has β = 1, whatever the β of the loss.",
    ),
    Metric(
        "reconstruction", "Reconstruction", "nats", role="data", pane="nats", better="higher",
        help="Expected log p(x|z) with z drawn from q(z|x), nats an image; the KL is what the ELBO lies below it.",
    ),
    Metric(
        "kl", "KL", "nats", role="prior", plotted=False,
        help="KL(q(z|x) ‖ p(z)), nats an image: how much information z has about x.",
    ),
    Metric(
        "knn5_accuracy", "5-NN accuracy", "", role="model", pane="5-NN accuracy", better="higher",
        source="valid",
        help="Share of held-out images whose class is the most frequent one among the 5 training images of nearest "
        "posterior mean.",
    ),
)  # fmt: skip
PRESETS = (
    Preset(
        "Digits, 2-D latent", "digits", {"latent": 2, "hidden": 200}, {"steps": 4000, "batch": 128, "lr": 3e-3},
        about="Ten classes separate on the latent map within seconds.",
    ),
    Preset(
        "Binary digits, 2-D latent", "digits-binary", {"latent": 2, "hidden": 200},
        {"steps": 4000, "batch": 64, "lr": 3e-3},
        about="Black and white pixels: the ELBO bounds a log-likelihood of the data themselves.",
    ),
    Preset(
        "MNIST, 2-D latent", "mnist-dynamic", {"latent": 2}, {"steps": 10_000, "batch": 128, "lr": 1e-3},
        about="The map and the manifold of the paper's figure 4.",
    ),
    Preset(
        "MNIST, 10 latents", "mnist-dynamic", {"latent": 10}, {"steps": 10_000, "batch": 128, "lr": 1e-3},
        about="Enough dimensions for sharp reconstructions; the bars show which of them are used.",
    ),
    Preset(
        "Digits, learned variance", "digits", {"latent": 2, "hidden": 200, "decoder": "learned", "sigma_floor": 0.03},
        {"steps": 6000, "batch": 64, "lr": 1e-3},
        about="Normal(μ(z), σ²(z)) on each pixel: a density of the grey values, with bits per pixel.",
    ),
    Preset(
        "Coloured sprites, fixed variance", "sprites-colour",
        {"latent": 8, "hidden": 128, "network": "convolutional", "decoder": "gaussian", "sigma": 0.1},
        {"steps": 6000, "batch": 64, "lr": 1e-3},
        about="Colour needs a Gaussian decoder; the bars show which latents carry hue, place, size and rotation.",
    ),
    Preset(
        "MNIST, 50 latents", "mnist-dynamic",
        {"network": "convolutional", "latent": 50, "hidden": 512, "channels": 64},
        {"steps": 100_000, "batch": 256, "lr": 1e-3, "ema": 0.999},
        device="cuda", about="A larger convolutional network, whose bars show which of 50 latents it uses.",
    ),
)  # fmt: skip
VIEWS = (
    latent_map,
    decode_near_data,
    nearest,
    decoded_samples,
    reconstructions,
    manifold,
    kl_per_dimension,
    bound,
    posterior,
    traversals,
    interpolation,
    direction,
    blurry,
    factors,
    steps,
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
        "Paths", "What changes along a path through latent space?",
        lead="interpolation", beside=("latent_map",), below=("direction",),
    ),
    Scene(
        "The bound", "How far is the ELBO from log p(x), and why?",
        lead="posterior", beside=("bound",), below=("steps",),
    ),
    Scene(
        "Why blurry?", "Why are samples blurred?",
        lead="blurry", beside=("samples",), below=("reconstructions",),
    ),
    Scene(
        "Factors", "Which latent dimensions are used, and what for?",
        lead="traversals", beside=("kl_per_dimension",), below=("factors", "latent_map"),
    ),
)  # fmt: skip
LOOK_AT = (
    "The classes separate on the latent map while the ELBO rises. Each point is the mean of one image's posterior; the "
    "circles are the prior, from which new images are drawn. Drag across the map, and through the gaps between "
    "clusters, to see the decoded image of each point. With the Bernoulli decoder, each pixel of a grey image "
    "is a coin that shows ink with probability equal to its intensity: the nats are those of random black-and-white "
    "images drawn in this way."
)
FORWARD_PHASES = (ENCODE, NOISE, DECODE, TERMS)
PHASES = {
    "draw": "Draw a mini-batch of images x.",
    ENCODE: "Encode: the encoder gives each x its q(z|x) = N(m, s²), drawn on the latent map.",
    NOISE: "Draw ε ~ N(0, I) for each x, and z = m + s ε, a point of its q(z|x).",
    DECODE: "Decode: the decoder gives each z its p(x|z), whose mean is drawn below x.",
    TERMS: "The two terms of the loss: the reconstruction log p(x|z), and the KL of q(z|x) from the prior.",
    "backward": "Differentiate through the decoder to θ, and on through z = m + s ε, with ε held fixed, "
    "to φ of the encoder.",
    "update": "Move φ and θ against the gradient.",
}

TRY_NEXT = (
    Try(
        "Raise β to 4: posteriors shrink onto the prior, the KL falls and reconstructions blur",
        {"beta": 4.0},
        scene="Samples",
        card="reconstructions",
    ),
    Try(
        "Set β to 0: an autoencoder, whose codes leave the prior, so that samples get worse",
        {"beta": 0.0},
        scene="Train",
    ),
    Try("Use 10 latents: reconstructions sharpen, and the bars show which are used", {"latent": 10}, scene="Factors"),
    Try(
        "Learn σ(z) of each pixel, small where the decoder is certain",
        preset="Digits, learned variance",
        scene="Why blurry?",
    ),
    Try("Go to MNIST with two latents, and open the manifold", preset="MNIST, 2-D latent", scene="Latent space"),
)
