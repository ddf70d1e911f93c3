"""Views in `models.views` run on any model that has the capability they ask for, and know no family."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from pages import Gauss
from torch import distributions

from models.frames import FRAMES, Audio, Images, Matrix, Plane, Points
from models.protocol import (
    Data,
    DataBatch,
    DataPoint,
    DataSpec,
    Direction,
    Factor,
    HasDecoder,
    HasLatent,
    HasLikelihood,
    Image,
    LatentPoint,
    Noise,
    Planar,
    Simulated,
    Table,
    Tokens,
    Waveform,
    build,
)
from models.views.factors import factors
from models.views.latent import (
    decode,
    decode_near_data,
    kl_per_dimension,
    latent_map,
    manifold,
    nearest,
    reconstructions,
)
from models.views.likelihood import log_likelihood
from models.views.samples import decoded_samples, frame_of, samples
from models.views.walks import direction, interpolation, interpolation_of_draws, prior_traversals, traversals

FOLDER = Path(__file__).parents[1] / "models" / "views"
SPEC = DataSpec(Image(1, 4, 4, "grey"), 50, ("a", "b"), factors=(Factor("size"),))


class OnlyDecoder(HasDecoder):
    """z to images by a fixed linear map; no network, no config, no encoder."""

    def __init__(self, latent: int = 2, spec: DataSpec = SPEC):
        self.config, self.spec, self.dim = None, spec, latent
        size = int(np.prod(spec.kind.shape))
        self.weights = torch.randn(latent, size, generator=torch.Generator().manual_seed(0)).double()

    @property
    def device(self) -> torch.device:
        return torch.device("cpu")

    @property
    def dtype(self) -> torch.dtype:
        return torch.float64

    @classmethod
    def latent_dim_of(cls, config, spec) -> int | None:
        return None

    @property
    def latent_dim(self) -> int:
        return self.dim

    def prior_draw(self, n, *, rng):
        return torch.randn(n, self.dim, generator=rng, dtype=torch.float64)

    def decode_mean(self, z):
        return (z @ self.weights).unflatten(1, self.spec.kind.shape).sigmoid()


class WithCodes(OnlyDecoder, HasLatent):
    def encode(self, x):
        mean = (x.flatten(1) - 0.5) @ self.weights.T
        return mean, torch.full_like(mean, -1.0)


class WithLikelihood(OnlyDecoder, HasLikelihood):
    def decode_draw(self, z, *, rng):
        return torch.bernoulli(self.decode_mean(z), generator=rng)


def batch(n: int = 12, split: str = "valid") -> DataBatch:
    x = torch.rand(n, 1, 4, 4, generator=torch.Generator().manual_seed(1)).double()
    return DataBatch(x, torch.arange(n) % 2, torch.arange(n), split=split, factors=x.flatten(1)[:, :1])


def point(k: int) -> DataPoint:
    return DataPoint(batch().x[k : k + 1], 0, k)


def z_of(model: HasDecoder) -> LatentPoint:
    return LatentPoint(torch.full((1, model.latent_dim), 0.5, dtype=torch.float64))


ONLY_DECODER = {
    "decode": lambda model: decode(model, z_of(model)),
    "nearest": lambda model: nearest(model, z_of(model), batch()),
    "samples": lambda model: decoded_samples(model, Noise(0), n=5),
    "traversals": lambda model: prior_traversals(model, z_of(model)),
    "interpolation": lambda model: interpolation_of_draws(model, Noise(0)),
    "manifold": lambda model: list(manifold(model, side=10))[-1],
}
WITH_CODES = {
    "latent_map": lambda model: latent_map(model, batch(), posteriors=True, aggregated=True),
    "decode": lambda model: decode_near_data(model, z_of(model), batch(), Noise(0)),
    "reconstructions": lambda model: reconstructions(model, batch(), Noise(0)),
    "kl": lambda model: kl_per_dimension(model, batch()),
    "traversals": lambda model: traversals(model, z_of(model), batch()),
    "interpolation": lambda model: interpolation(model, point(0), point(1)),
    "direction": lambda model: direction(
        model, z_of(model), batch(), point(0), point(1), Direction("", torch.zeros(1, model.latent_dim).double())
    ),
    "factors": lambda model: factors(model, batch(40)),
}


@pytest.mark.parametrize("name", ONLY_DECODER)
def test_a_decoder_is_enough(name):
    frame = ONLY_DECODER[name](OnlyDecoder())
    assert type(frame) in FRAMES
    assert "p(x|z)" not in frame.subtitle  # z determines x


@pytest.mark.parametrize("name", WITH_CODES)
def test_a_decoder_and_codes_are_enough(name):
    frame = WITH_CODES[name](WithCodes(3))
    assert type(frame) in FRAMES
    if name in ("latent_map", "reconstructions", "kl", "traversals"):
        assert "12 validation images" in f"{frame.subtitle} {frame.note}"


def test_a_draw_is_shown_where_there_is_a_likelihood():
    mean, draw = (decoded_samples(WithLikelihood(), Noise(3), show=show, n=6) for show in ("mean", "draw"))
    assert set(np.unique(draw.images)) <= {0.0, 1.0}
    assert 0.0 < mean.images.min() < mean.images.max() < 1.0
    assert "draw from p(x|z)" in draw.subtitle


def test_traversals_of_many_dimensions_show_those_from_the_first_on():
    model = OnlyDecoder(20)
    frame = prior_traversals(model, z_of(model), first=15)
    assert frame.row_labels == ("z₁₅", "z₁₆", "z₁₇", "z₁₈", "z₁₉", "z₂₀")
    assert "6 of 20 dimensions" in frame.subtitle
    chosen = model.decode_mean(z_of(model).z).numpy()[0]
    for place in frame.marked:
        np.testing.assert_allclose(frame.images[place], chosen)


def test_the_length_of_z_is_compared_with_that_of_draws():
    model = OnlyDecoder(32)
    note = decode(model, z_of(model)).note
    low, high = (float(text) for text in re.findall(r"between ([\d.]+) and (\d+\.\d)", note)[0])
    lengths = model.prior_draw(20_000, rng=torch.Generator().manual_seed(0)).norm(dim=1)
    assert float(((lengths > low) & (lengths < high)).double().mean()) == pytest.approx(0.9, abs=0.03)


KINDS = (
    (Image(1, 4, 4, "grey"), torch.rand(40, 1, 4, 4), Images),
    (Planar(), torch.rand(40, 2), Plane),
    (Table(3), torch.rand(40, 3), Matrix),
    (Simulated(3, "parabola sigma=1.0"), torch.rand(40, 3), Matrix),
    (Tokens(5, 7), torch.zeros(40, 5, dtype=torch.int64), Matrix),
    (Waveform(100, 8000), torch.rand(40, 100), Audio),
)


@pytest.mark.parametrize(("kind", "x", "frame"), KINDS, ids=[type(kind).__name__ for kind, *_ in KINDS])
def test_samples_of_every_kind_have_a_frame(kind, x, frame):
    made = frame_of(kind, x, subtitle="samples", columns=8)
    assert type(made) is frame
    shortened = isinstance(kind, (Table, Simulated, Tokens, Waveform))
    assert made.subtitle.endswith("of 40") == shortened
    assert type(frame_of(kind, x.numpy())) is frame


def planar_data(log_prob=None) -> Data:
    def split(name: str, n: int | None) -> DataBatch:
        raise AssertionError("the view has its own batch")

    return Data(DataSpec(Planar(), 100), split, log_prob)


@dataclass(frozen=True)
class _Start(Gauss.Config):
    pass


def gauss() -> Gauss:
    model = Gauss(build(_Start, {}), DataSpec(Planar(), 100))
    with torch.no_grad():
        model.mean += torch.tensor([1.0, -1.0])
    return model


def test_log_likelihoods_of_data_and_samples_are_those_of_the_model():
    model = gauss().eval()
    x = torch.randn(4000, 2, generator=torch.Generator().manual_seed(0))
    data = DataBatch(x, None, torch.arange(4000), split="valid")
    law = distributions.Independent(distributions.Normal(torch.zeros(2), 1.0), 1)
    frame = log_likelihood(model, data, planar_data(law.log_prob), Noise(0))
    by_key = {series.key: series for series in frame.series}
    assert list(by_key) == ["data", "samples", "exact"]
    assert by_key["exact"].dashed
    for series in by_key.values():
        assert 95 < series.y.sum() <= 100  # the middle 99 %
    entropy = 1 + np.log(2 * np.pi)
    means = [float(text.replace("−", "-")) for text in re.findall(r"(−?[\d.]+) ±", frame.note)]
    assert means == pytest.approx([-entropy - 1.0, -entropy, -entropy], abs=0.1)
    assert [one.key for one in log_likelihood(model, data, planar_data(), Noise(0)).series] == ["data", "samples"]


def test_data_without_density_do_not_spoil_the_histogram():
    model = gauss()
    model.log_prob = lambda x: torch.where(x[:, 0] > 0, x[:, 1], -torch.inf)
    x = torch.randn(200, 2, generator=torch.Generator().manual_seed(0))
    frame = log_likelihood(model, DataBatch(x, None, torch.arange(200), split="valid"), planar_data(), Noise(0))
    assert all(np.isfinite(series.y).all() and np.isfinite(series.x).all() for series in frame.series)
    assert "values not finite" in frame.note


def test_samples_of_a_model_are_a_view_for_any_kind():
    frame = samples(gauss(), Noise(0), n=9)
    (layer,) = frame.layers
    assert isinstance(layer, Points)
    assert layer.xy.shape == (9, 2)
    assert frame.subtitle == "9 points from the model"
    assert samples.but(frame=Plane).frame is Plane


def test_a_control_can_be_left_out_and_keeps_its_default():
    assert list(decoded_samples.params) == ["show", "n"]
    assert list(decoded_samples.without("show").params) == ["n"]
    assert decoded_samples.name == "samples"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_views_ask_a_capability_and_know_no_family(path):
    text = path.read_text(encoding="utf-8")
    assert "config.latent" not in text
    rooms = set(re.findall(r"^(?:from|import) models\.(\w+)", text, flags=re.MULTILINE))
    assert rooms <= {"exact", "frames", "likelihoods", "nets", "protocol", "views"}
