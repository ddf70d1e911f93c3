"""The amortised variational autoencoder."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from models.protocol import (
    DataBatch,
    DataSpec,
    Image,
    Kind,
    LossModel,
    Metric,
    Objective,
    Preset,
    Term,
    Try,
    param,
    settings,
)
from models.vae.likelihood import Bernoulli, Likelihood
from models.vae.networks import Decoder, Encoder, posterior_draw, prior_kl
from models.vae.views import LatentViews

__all__ = ["VAE"]

_ENTRIES = 1 << 20  # pixels decoded at a time, which bounds the memory of long evaluations


class VAE(LossModel, LatentViews):
    """Variational autoencoder with an inference network, on binary and grey images.

    z ~ N(0, I), x|z Bernoulli with logits from a decoder network; q(z|x) is a diagonal Gaussian whose mean and variance
    come from an encoder network. Both are learned by the reparameterised ELBO (Kingma & Welling, 2014,
    arXiv 1312.6114); β ≠ 1 weighs the KL term (Higgins et al., 2017).

    Of grey images the intensities are taken as probabilities of ink. Reconstruction term, ELBO and importance-weighted
    estimate are then statements about random binary versions of the image, not densities of its grey values: they bound
    the expected log-likelihood of such a binarization from below.
    """

    title = "Amortised VAE"
    reference = "https://arxiv.org/abs/1312.6114"
    accepts = (Image(values="binary"), Image(values="grey"))
    objective = Objective(
        r"\mathcal{L}(\theta,\phi;x)",
        (
            Term(r"\mathbb{E}_{q_\phi(z\mid x)}\left[\log p_\theta(x\mid z)\right]", "reconstruction"),
            Term(r"-\,\beta\,D_{\mathrm{KL}}\left(q_\phi(z\mid x)\,\Vert\,p(z)\right)", "kl", sign=-1, weight="beta"),
        ),
        total=Term(r"\mathcal{L}", "loss", sign=-1),
        note="What is descended is −𝓛, averaged over the batch: the KL in closed form, the expectation by one "
        "reparameterised draw of z for each image; with β = 1, 𝓛 is the ELBO.",
    )
    metrics = (
        Metric(
            "elbo", "ELBO", "nats", role="total", better="higher",
            help="Evidence lower bound on log p(x), nats an image; always with β = 1, whatever is descended.",
        ),
        Metric(
            "reconstruction", "Reconstruction", "nats", role="data", better="higher",
            help="Expected log p(x|z) with z drawn from q(z|x), nats an image.",
        ),
        Metric(
            "kl", "KL", "nats", role="prior", pane="kl",
            help="Divergence of q(z|x) from the prior: how much z tells of x, nats an image.",
        ),
        Metric(
            "knn5_accuracy", "5-NN accuracy", "", role="alt", pane="accuracy", better="higher", source="valid",
            help="Share of held-out images given their class by the 5 training images of nearest posterior mean.",
        ),
    )  # fmt: skip
    validation = "elbo"
    presets = (
        Preset(
            "Digits, 2-D latent", "digits", {"latent": 2, "hidden": 200}, {"steps": 6000, "batch": 64, "lr": 3e-3},
            about="Ten classes find their places on a map in seconds.",
        ),
        Preset(
            "Binary digits, 2-D latent", "digits-binary", {"latent": 2, "hidden": 200},
            {"steps": 4000, "batch": 64, "lr": 3e-3},
            about="Black and white pixels, so that the ELBO bounds a true log-likelihood.",
        ),
        Preset(
            "MNIST, 2-D latent", "mnist-dynamic", {"latent": 2}, {"steps": 10_000, "batch": 128, "lr": 1e-3},
            about="The map and the manifold of the paper's figure 4.",
        ),
        Preset(
            "MNIST, 10 latents", "mnist-dynamic", {"latent": 10}, {"steps": 10_000, "batch": 128, "lr": 1e-3},
            about="Enough dimensions for sharp reconstructions; see which of them are used.",
        ),
        Preset(
            "MNIST, 50 latents", "mnist-dynamic",
            {"network": "convolutional", "latent": 50, "hidden": 512, "channels": 64},
            {"steps": 100_000, "batch": 256, "lr": 1e-3, "ema": 0.999},
            device="cuda", about="A larger convolutional network, whose bars show which of 50 latents it uses.",
        ),
    )  # fmt: skip
    look_at = (
        "The classes part on the latent map while the ELBO rises: each point is the mean of one image's posterior, "
        "the circles are the prior from which new images are drawn. Drag across the map, or through the gaps between "
        "clusters, and see what the decoder makes of it. On grey images all values in nats are about a random "
        "binarization, whose probabilities of ink are the intensities."
    )
    try_next = (
        Try("Raise β to 4: posteriors shrink onto the prior, the KL falls and reconstructions blur", {"beta": 4.0}),
        Try("Set β to 0: an autoencoder, whose codes leave the prior, so that samples get worse", {"beta": 0.0}),
        Try("Use 10 latents: reconstructions sharpen, and the bars show which are used", {"latent": 10}),
        Try("Go to MNIST with two latents, and open the manifold", preset="MNIST, 2-D latent"),
    )

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        latent: int = param(2, "Latent dimensions", 1, 64, help="Dimension of z.")
        beta: float = param(
            1.0, "KL weight β", 0.0, 10.0, step=0.1, live=True, help="1: the ELBO; more presses q(z|x) onto the prior."
        )
        network: str = param(
            "mlp", "Network", choices={"mlp": "MLP", "convolutional": "Convolutional"}, help="Of encoder and decoder."
        )
        hidden: int = param(400, "Hidden width", 8, 4096, log=True, help="Units in each dense hidden layer.")
        layers: int = param(
            2,
            "Hidden layers",
            1,
            6,
            more=True,
            when=lambda config: config.network == "mlp",
            help="Dense hidden layers of the encoder, and of the decoder.",
        )
        channels: int = param(
            16, "Channels", 4, 256, log=True, more=True, when=lambda config: config.network == "convolutional",
            help="Of the first convolution; the second has twice as many.",
        )  # fmt: skip

    config: Config

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        self.likelihood: Likelihood = Bernoulli()
        sizes = (config.network, spec.kind.shape, config.latent, config.hidden, config.layers, config.channels)
        self.encoder = Encoder(*sizes)
        self.decoder = Decoder(*sizes, outputs=self.likelihood.outputs)

    @property
    def latent_dim(self) -> int:
        """Dimension of z."""
        return self.config.latent

    @classmethod
    def noise_dims(cls, config: Config, kind: Kind) -> int:
        """One scalar for each latent dimension, one for each pixel."""
        return config.latent + Bernoulli.draws * math.prod(kind.shape)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of q(z|x); (n, c, h, w) to (n, latent) each."""
        return self.encoder(x)

    def decode_mean(self, z: Tensor) -> Tensor:
        """Mean of p(x|z), the probability of ink; (n, latent) to (n, c, h, w)."""
        return self.likelihood.mean(self.decoder(z))

    def decode_draw(self, z: Tensor, *, generator: torch.Generator) -> Tensor:
        """A draw from p(x|z), black and white; (n, latent) to (n, c, h, w)."""
        return self.likelihood.draw(self.decoder(z), generator=generator)

    def loss(self, batch: DataBatch, *, generator: torch.Generator) -> dict[str, Tensor]:
        """The negative β-weighted bound, and its parts with one draw of z an image; nats, means over the batch."""
        mean, log_var = self.encode(batch.x)
        z, _ = posterior_draw(mean, log_var, generator=generator)
        reconstruction = self.likelihood.log_prob(self.decoder(z), batch.x).mean()
        kl = prior_kl(mean, log_var).sum(dim=1).mean()
        return {
            "loss": -(reconstruction - self.config.beta * kl),
            "elbo": reconstruction - kl,
            "reconstruction": reconstruction,
            "kl": kl,
        }

    @torch.no_grad()
    def sample(self, n: int, *, generator: torch.Generator, mean: bool = False) -> Tensor:
        """Images from the model, (n, c, h, w).

        Args:
            n: Number of images.
            generator: Source of z and of the pixels.
            mean: Whether the mean of p(x|z) is given instead of a draw from it.
        """
        z = self.prior_draw(n, generator=generator)
        decode = self.decode_mean if mean else partial(self.decode_draw, generator=generator)
        return torch.cat([decode(part) for part in z.split(self._rows)])

    @torch.no_grad()
    @settings
    def evaluate(
        self,
        batch: DataBatch,
        *,
        generator: torch.Generator,
        K: int = param(100, "Importance samples K", 1, 100_000, log=True, help="Draws of z for each image."),
    ) -> dict[str, Tensor]:
        """Bounds on log p(x) from K draws of z ~ q(z|x) for each image.

        Returns:
            (n,) each, nats: `reconstruction_nats`, the mean of log p(x|z) over the K draws; `kl_nats`, in closed form;
            `elbo_nats`, their difference, with β = 1; `iwae_nats`, the log of the mean of p(x, z)/q(z|x) over the same
            draws: a bound that rises to log p(x) with K (Burda et al., 2015, arXiv 1509.00519).
        """
        parts = [self._bounds(x, K, generator) for x in batch.x.split(self._rows)]
        return {key: torch.cat([part[key] for part in parts]) for key in parts[0]}

    @property
    def _rows(self) -> int:
        return max(1, _ENTRIES // math.prod(self.spec.kind.shape))

    def _bounds(self, x: Tensor, K: int, generator: torch.Generator) -> dict[str, Tensor]:
        mean, log_var = self.encode(x)  # (n, latent)
        kl = prior_kl(mean, log_var).sum(dim=1)  # (n,)
        reconstruction = torch.zeros_like(kl)
        log_weights = torch.full_like(kl, -math.inf)
        at_once = max(1, self._rows // len(x))
        for start in range(0, K, at_once):
            shape = (min(at_once, K - start), *mean.shape)
            z, noise = posterior_draw(mean.expand(shape), log_var.expand(shape), generator=generator)  # (k, n, latent)
            output = self.decoder(z.flatten(0, 1)).unflatten(0, shape[:2])  # (k, n, outputs·c, h, w)
            log_likelihood = self.likelihood.log_prob(output, x)  # (k, n)
            reconstruction += log_likelihood.sum(dim=0) / K
            # log p(z) − log q(z|x): the constants of the two Gaussians cancel, and (z − mean)/σ is the noise.
            log_ratio = 0.5 * (noise.square() + log_var - z.square()).sum(dim=-1)  # (k, n)
            log_weights = torch.logaddexp(log_weights, torch.logsumexp(log_likelihood + log_ratio, dim=0))
        return {
            "elbo_nats": reconstruction - kl,
            "iwae_nats": log_weights - math.log(K),
            "reconstruction_nats": reconstruction,
            "kl_nats": kl,
        }
