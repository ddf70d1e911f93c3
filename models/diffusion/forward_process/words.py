"""Wording of the lab: what it is about, equations, presets, scenes and suggestions."""

from __future__ import annotations

from models.protocol import Objective, Preset, Scene, Term, Try

__all__ = ["ABOUT", "EQUATIONS", "LOOK_AT", "PRESETS", "SCENES", "TRY_NEXT"]

ABOUT = (
    "x_t = α x₀ + σ ε mixes data x₀ and noise ε: t = 0 is data, 1 noise. "
    "For mixtures of Gaussians everything is known in closed form."
)
EQUATIONS = Objective(
    r"x_t=\alpha_t\,x_0+\sigma_t\,\varepsilon,\quad\lambda_t=\log\frac{\alpha_t^2}{\sigma_t^2}",
    (
        Term(r"\alpha_{1/2}", "alpha", role="data"),
        Term(r"\sigma_{1/2}", "sigma", role="prior"),
        Term(r"\lambda_{1/2}", "log_snr", role="total"),
    ),
    title="The process, with its values at t = ½",
    note="The best prediction of ε is E[ε | x_t] = −σ ∇ log p_t(x_t), and E[x₀ | x_t] = (x_t − σ E[ε | x_t])/α.",
    other=(
        Objective(
            r"\mathbb{E}[x_0\,|\,x_t]=\sum_{i=1}^{n}w_i\,x_i,\quad "
            r"w_i\propto\exp\!\left(-\frac{\|x_t-\alpha_t x_i\|^2}{2\sigma_t^2}\right)",
            (),
            title="The optimal denoiser of n data",
            note="The smooth denoiser averages the weights w over places around x_t.",
        ),
    ),
)
PRESETS = (
    Preset("Linear β, 50 data", "", about="The schedule of DDPM: almost all is noise at t = ½."),
    Preset("Cosine", "", {"schedule": "cosine"}, about="The log-SNR falls more slowly in the middle."),
    Preset("Sigmoid", "", {"schedule": "sigmoid"}, about="Much like the cosine; σ begins and ends more gently."),
    Preset("Variance exploding", "", {"schedule": "exploding"}, about="The datum stays, and the noise grows to 50."),
    Preset("Five data", "", {"n": 5}, about="The optimum of five data has five samples."),
    Preset("500 data", "", {"n": 500}, about="With more data the optimum comes closer to the true density."),
    Preset("Digits, 60 images", "digits", {"n": 60}, about="The optimum of 60 images returns these 60."),
    Preset("Digits, 500 images", "digits", {"n": 500}, about="As before, with ten times as many images."),
)  # fmt: skip
SCENES = (
    Scene(
        "Dissolve", "How do data become noise?",
        lead="points_noised", beside=("images_noised", "schedules"), share=0.58,
    ),
    Scene(
        "Marginals", "What does x_t say about x₀?",
        lead="marginal", beside=("images_posterior", "posterior_at", "weights"), share=0.58,
    ),
    Scene(
        "Memorisation", "What would a perfect network do?",
        lead="memorised", beside=("images_memorised", "by_time"), share=0.58,
    ),
    Scene(
        "Generalisation", "Why does a network make new data?",
        lead="smoothed", beside=("images_smoothed", "between"), share=0.58,
    ),
)  # fmt: skip
LOOK_AT = (
    "The score points to where data are denser: to their middle while there is much noise, to the nearest mode when "
    "there is little. The posterior of x₀ narrows to one mode as t falls to 0.\n\n"
    "The denoiser with the least loss on n data is a softmax over them, and its samples are these data. It jumps "
    "between them where noise is small. A network is smoother than that: it makes samples that lie between the data."
)
TRY_NEXT = (
    Try("Take the cosine schedule: classes stay apart for longer", {"schedule": "cosine"}, scene="Dissolve",
        card="schedules"),
    Try("Let the variance explode: the datum stays, the noise grows", preset="Variance exploding", scene="Marginals"),
    Try("Take five training data: every path ends at one of them", preset="Five data", scene="Memorisation"),
    Try("Take 500: the loss on held-out data comes down to the floor", preset="500 data", scene="Memorisation",
        card="by_time"),
    Try("Turn smoothing off: the samples are training data again", {"smoothing": 0.0}, scene="Generalisation"),
    Try("Let digits dissolve", preset="Digits, 60 images", scene="Dissolve"),
)  # fmt: skip
