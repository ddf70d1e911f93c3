"""Adversarial variational Bayes: the classifier's ratio, implicit densities, gradients of each player, exact values."""

from __future__ import annotations

import math

import pytest
import torch

from explorer.data import open_dataset
from explorer.engine.data.spec import spec_of
from explorer.engine.data.tensors import TensorData
from explorer.engine.measure.evaluation import evaluate
from models.exact.drawn import cells_around, compare
from models.exact.gaussian_bound import GaussianBound
from models.exact.gaussian_latent import posterior_on_grid
from models.exact.normal import prior_kl
from models.frames import Field, Points
from models.inference.avb import AVB
from models.inference.avb.bound_views import above, bounds
from models.inference.avb.evaluation import ratio_errors
from models.inference.avb.interface import draws_of, likelihood_of
from models.inference.avb.phases import INFER, forward_pass
from models.inference.contrast import classification_loss, log_ratio, moments_of
from models.inference.exact_posterior import best_gaussian, exact_posterior
from models.inference.networks import PairDiscriminator
from models.protocol import BadValue, DataBatch, DataPoint, Noise, Progress
from models.simulators import Parabola, Regression

DATA = ("parabola", "regression", "four-points", "digits-binary")


def model_of(data: str = "parabola", **config: object) -> AVB:
    if data in ("parabola", "regression"):
        config = {"decoder": "given"} | config
    torch.manual_seed(0)
    return AVB(AVB.Config(**config), spec_of(open_dataset(data)))  # type: ignore[arg-type]


def batch_of(data: str, n: int = 12) -> DataBatch:
    loaded = open_dataset(data)
    x = torch.from_numpy(loaded.train.x[:n] * loaded.scale).float()
    return DataBatch(x, None, torch.arange(n))


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def run(parts):
    """What a generator returns in the end."""
    while True:
        try:
            next(parts)
        except StopIteration as ended:
            return ended.value


def linear(model: AVB, weight_x: float, spread: float) -> None:
    """Makes the affine f of a model z = spread ε₁ + weight_x x̃ in each dimension, x̃ the first standardised entry."""
    (layer,) = (one for one in model.posterior.net if isinstance(one, torch.nn.Linear))
    with torch.no_grad():
        layer.weight.zero_()
        layer.bias.fill_(0.3)
        entries = layer.in_features - model.posterior.noise
        for dim in range(model.posterior.dim):
            layer.weight[dim, 0] = weight_x
            layer.weight[dim, entries + dim] = spread - 1.0


class TestRatio:
    @pytest.mark.parametrize("n", [300, 10_000])
    def test_a_classifier_recovers_a_known_log_ratio_the_better_the_more_pairs(self, n):
        # N(1, 1) against N(0, 1): the log ratio is z − ½, which a linear T represents.
        torch.manual_seed(0)
        discriminator = PairDiscriminator(1, 1, 8, 0).double()
        generator = rng(1)
        x = torch.zeros(n, 1, dtype=torch.float64)
        first = torch.randn(1, n, 1, generator=generator, dtype=torch.float64) + 1
        second = torch.randn(1, n, 1, generator=generator, dtype=torch.float64)
        optimiser = torch.optim.LBFGS(discriminator.parameters(), max_iter=60, line_search_fn="strong_wolfe")

        def closure():
            optimiser.zero_grad()
            loss = sum(classification_loss(discriminator(x, first), discriminator(x, second)))
            loss.backward()
            return loss

        optimiser.step(closure)
        at = torch.linspace(-2, 3, 101, dtype=torch.float64)[:, None, None]
        error = float((discriminator(x[:1], at)[:, 0] - (at[:, 0, 0] - 0.5)).abs().mean().detach())
        assert error < 12 / math.sqrt(n)  # 0.7 of few pairs, 0.12 of many

    def test_alike_pairs_cost_log_4(self):
        zero = torch.zeros(3, 4)
        assert float(sum(classification_loss(zero, zero))) == pytest.approx(math.log(4))

    def test_adaptive_contrast_adds_the_known_ratio_of_the_gaussian_to_the_prior(self):
        z = 0.3 * torch.randn(500, 2, 2, generator=rng(), dtype=torch.float64) + 1.5
        moments = moments_of(z)
        normal = torch.distributions.Normal
        exact = (normal(moments.mean, moments.std).log_prob(z) - normal(0.0, 1.0).log_prob(z)).sum(-1)
        torch.testing.assert_close(log_ratio(torch.zeros(500, 2, dtype=torch.float64), z, moments), exact)

    def test_standard_draws_have_mean_0_and_deviation_1(self):
        z = torch.randn(400, 3, 2, generator=rng(), dtype=torch.float64) * 0.01 - 7
        standard = moments_of(z).standard(z)
        torch.testing.assert_close(standard.mean(0), torch.zeros(3, 2, dtype=torch.float64), atol=1e-9, rtol=0)
        torch.testing.assert_close(standard.std(0), torch.ones(3, 2, dtype=torch.float64))


class TestLosses:
    @pytest.mark.parametrize("data", DATA)
    @pytest.mark.parametrize("posterior", ["implicit", "gaussian"])
    @pytest.mark.parametrize("contrast", ["plain", "adaptive"])
    def test_the_gradients_of_a_player_reach_its_own_parameters_alone(self, data, posterior, contrast):
        model = model_of(data, posterior=posterior, contrast=contrast, hidden=8)
        owners = {player.name: {id(p) for p in player.parameters} for player in model.players()}
        assert sum(map(len, owners.values())) == len(list(model.parameters()))
        for player in model.players():
            model.zero_grad()
            model.loss(player.name, batch_of(data), rng=rng())["loss"].backward()
            moved = {id(p) for p in model.parameters() if p.grad is not None and bool(p.grad.abs().sum() > 0)}
            assert moved
            assert moved <= owners[player.name]

    def test_a_linear_f_has_the_elbo_of_the_gaussian_q_that_it_is(self):
        model = model_of("regression", layers=0, noise=2, draws=128).double()
        linear(model, 0.2, 0.4)
        x = batch_of("regression", 3).x.double()
        mean = (0.3 + 0.2 * model.features(x)[:, :1]).expand(-1, 2)
        log_var = torch.full_like(mean, 2 * math.log(0.4))
        z = model.posterior.draw(model.features(x), 200_000, rng=rng())
        normal = torch.distributions.Normal
        exact_ratio = (normal(mean, 0.4).log_prob(z) - normal(0.0, 1.0).log_prob(z)).sum(-1)
        implicit = model.decoder.log_prob(x, z) - exact_ratio  # (draws, n)
        # E_q log p(y|z) of a Gaussian: the log likelihood at its mean, less half the trace.
        simulator = Regression()
        t = torch.linspace(-1, 1, 10, dtype=torch.float64)
        trace = 0.4**2 * (10 + t.square().sum()) / (2 * simulator.sigma**2)
        elbo = simulator.log_likelihood(x, mean) - trace - prior_kl(mean, log_var).sum(1)
        error = implicit.std(0) / math.sqrt(len(z))
        assert bool(((implicit.mean(0) - elbo).abs() < 4 * error).all())

    def test_the_gaussian_q_descends_its_closed_form(self):
        model = model_of("four-points", posterior="gaussian", latent=1, hidden=8).double()
        batch = batch_of("four-points", 4)
        batch = DataBatch(batch.x.double(), None, batch.index)
        values = model.loss("encoder", batch, rng=rng())
        kl = prior_kl(*model.posterior.moments(model.features(batch.x))).sum(1).mean()
        assert float(values["kl"].detach()) == pytest.approx(float(kl.detach()), abs=1e-12)
        assert float(values["loss"].detach()) == pytest.approx(
            float((kl - values["reconstruction"]).detach()), abs=1e-12
        )

    def test_the_weight_of_the_likelihood_rises_to_1_in_its_share_of_the_training(self):
        model = model_of(anneal=0.5)
        seen = []
        for share in (0.0, 0.25, 0.5, 1.0):
            model.begin_round(Progress(1, share))
            seen.append(float(model.likelihood_weight))
        assert seen == pytest.approx([0.0, 0.5, 1.0, 1.0])
        model.begin_round(Progress(1, 0.25))
        values = model.loss("encoder", batch_of("parabola"), rng=rng())
        expected = values["log_ratio"] - 0.5 * values["reconstruction"]
        torch.testing.assert_close(values["loss"], expected)

    def test_even_x_fill_the_range_of_the_data(self):
        model = model_of(even=True)
        model.range_of_x.copy_(torch.tensor([-0.5, 4.0]))
        x = model.observations(torch.zeros(4000, 1), rng())
        counts = torch.histc(x, 9, -0.5, 4.0)
        assert float(counts.sum()) == 4000
        assert float((counts - 4000 / 9).abs().max()) < 5 * math.sqrt(4000 / 9)

    @pytest.mark.parametrize("player", ["encoder", "decoder", "discriminator"])
    def test_slow_motion_draws_what_the_loss_drew(self, player):
        model = model_of("four-points", hidden=8, contrast="adaptive")
        batch = batch_of("four-points", 8)
        values = {key: value.detach() for key, value in model.loss(player, batch, rng=rng(3)).items()}
        with torch.no_grad():
            done = forward_pass(model, player, batch, rng=rng(3))
        if player == "encoder":
            assert done.likelihood == pytest.approx(float(values["reconstruction"]), rel=1e-5)
            assert done.ratio == pytest.approx(float(values["log_ratio"]), rel=1e-4)
        elif player == "decoder":
            assert done.likelihood == pytest.approx(-float(values["loss"]), rel=1e-5)
        else:
            assert done.judged is not None
            assert done.prior is not None


class TestExact:
    def test_the_posterior_of_the_regression_is_its_closed_form(self):
        simulator = Regression()
        x = simulator.simulate(torch.tensor([[0.7, -1.2]], dtype=torch.float64), rng=rng(2))
        grid = posterior_on_grid(lambda z: simulator.log_likelihood(x, z[:, None])[:, 0], 2)
        mean, covariance = simulator.posterior(x)
        found_mean, found_covariance = grid.moments()
        torch.testing.assert_close(found_mean, mean[0], atol=1e-5, rtol=0)
        torch.testing.assert_close(found_covariance, covariance, atol=1e-5, rtol=0)
        assert grid.log_prob == pytest.approx(float(simulator.log_evidence(x)), abs=1e-5)

    def test_evidence_of_the_parabola_is_a_density(self):
        evidence = open_dataset("parabola:sigma=0.25").log_prob
        assert evidence is not None
        x = torch.arange(-3.0, 60.0, 0.005, dtype=torch.float64)
        assert float(torch.from_numpy(evidence(x[:, None].numpy())).exp().sum() * 0.005) == pytest.approx(1, abs=1e-6)

    def test_draws_of_the_posterior_itself_have_the_divergences_of_the_null_line(self):
        simulator = Regression()
        x = simulator.simulate(torch.tensor([[0.7, -1.2]], dtype=torch.float64), rng=rng(2))
        mean, covariance = simulator.posterior(x)
        z = torch.distributions.MultivariateNormal(mean[0], covariance)
        torch.manual_seed(5)
        exact = exact_posterior(
            lambda at: simulator.log_likelihood(x, at[:, None])[:, 0], z.sample((50_000,)), rng=rng()
        )
        assert exact.comparison.kl < 2 * exact.comparison.null < 0.05
        assert exact.comparison.reverse < 2 * exact.comparison.null_reverse < 0.1

    def test_divergences_of_another_gaussian_are_the_closed_form(self):
        # N(0, 1) exact posterior by a flat likelihood; draws of N(½, 0.8²).
        cells_z = 0.5 + 0.8 * torch.randn(400_000, 1, generator=rng(), dtype=torch.float64)
        flat = lambda z: torch.zeros(len(z), dtype=torch.float64)  # noqa: E731
        grid = posterior_on_grid(flat, 1)
        cells = cells_around(lambda z: -0.5 * z.square().sum(1), grid, cells_z)
        found = compare(cells, cells_z, rng=rng())
        forward = 0.5 * (0.64 + 0.25 - 1) - math.log(0.8)
        assert found.kl == pytest.approx(forward, abs=0.01)
        reverse = 0.5 * (1 / 0.64 + 0.25 / 0.64 - 1) + math.log(0.8)
        assert found.reverse == pytest.approx(reverse, abs=0.03)

    def test_the_best_gaussian_of_the_parabola_takes_one_mode(self):
        likelihood = lambda z: Parabola(0.25).log_likelihood(torch.tensor([[2.0]]), z[:, None])[:, 0]  # noqa: E731
        mean, _, elbo = run(best_gaussian(likelihood, 1, torch.device("cpu")))
        evidence = posterior_on_grid(likelihood, 1).log_prob
        assert abs(abs(float(mean)) - math.sqrt(2.0)) < 0.1
        assert math.log(2) < evidence - elbo < math.log(2) + 0.05  # one of two modes, and a little for its skewness

    def test_no_decoder_of_four_points_exceeds_minus_log_4(self):
        model = model_of("four-points", hidden=8)
        with torch.no_grad():
            for parameter in model.decoder.parameters():
                parameter.mul_(3.0)
        x = batch_of("four-points", 4).x
        total = sum(posterior_on_grid(likelihood_of(model, x[i : i + 1]), 2).log_prob for i in range(4))
        assert total / 4 <= -math.log(4) + 1e-3
        assert open_dataset("four-points").entropy == pytest.approx(1.386, abs=1e-3)

    def test_quadrants_of_the_prior_reach_the_optimum(self):
        # A decoder that gives each quadrant one point is the optimum −log 4, to the width of the edges.
        x = batch_of("four-points", 4).x.flatten(1).double()

        def log_likelihood(z, row):
            logits = torch.stack([a * z[:, 0] * 40 + b * z[:, 1] * 40 for a in (-1, 1) for b in (-1, 1)], dim=1)
            return (logits.log_softmax(dim=1) * x[row]).sum(dim=1)

        values = [posterior_on_grid(lambda z, row=row: log_likelihood(z, row), 2).log_prob for row in range(4)]
        assert sum(values) / 4 == pytest.approx(-math.log(4), abs=1e-3)

    def test_the_error_of_a_ratio_is_0_where_it_is_exact(self):
        model = model_of("regression", layers=0, noise=2, contrast="adaptive").double()
        linear(model, 0.0, 0.5)
        with torch.no_grad():
            for parameter in model.discriminator.parameters():
                parameter.zero_()
        x = batch_of("regression", 1).x.double()
        with torch.no_grad():
            z = draws_of(model, x, 200_000, rng=rng())
            exact = exact_posterior(likelihood_of(model, x), z, rng=rng())
            errors = ratio_errors(model, x, z, exact, rng())
        assert float(errors.abs().median()) < 0.2  # the noise of a histogram
        assert float(errors.mean().abs()) < 0.05


class TestEvaluation:
    def test_a_gaussian_q_is_measured_as_its_closed_forms(self):
        model = model_of("regression", posterior="gaussian", contrast="adaptive", hidden=8).eval()
        with torch.no_grad():
            for parameter in model.discriminator.parameters():
                parameter.zero_()  # the adaptive ratio is then exact
        batch = DataBatch(batch_of("regression", 3).x, None, torch.arange(3), split="test")
        values = model.evaluate(batch, rng=rng(), draws=5000, posterior_draws=20_000)
        simulator = Regression()
        evidence = simulator.log_evidence(batch.x.double()).float()
        torch.testing.assert_close(values["log_prob_quadrature_nats"].float(), evidence, atol=2e-3, rtol=0)
        torch.testing.assert_close(values["iwae_nats"], evidence, atol=0.1, rtol=0)
        kl = prior_kl(*model.posterior.moments(model.features(batch.x))).sum(1)
        torch.testing.assert_close(values["ratio_nats"], kl, atol=0.15, rtol=0)
        gap = evidence - values["approximate_elbo_nats"]
        assert bool((gap > 0).all())
        assert bool((values["elbo_below_percent"] == 100).all())
        torch.testing.assert_close(values["posterior_kl_nats"].float(), gap, atol=0.3, rtol=0.05)

    def test_one_typed_datum_is_measured_once(self):
        model = model_of(hidden=8).eval()
        index = torch.arange(5)
        batch = DataBatch(torch.zeros(5, 1), None, index, split="test")
        settings = {"x": "2", "draws": 50, "K": 50, "posterior_draws": 2000}
        values = model.evaluate(batch, rng=rng(), **settings)
        assert int(values["n"]) == len(values["posterior_kl_nats"]) == 1
        assert float(values["log_prob_quadrature_nats"]) == pytest.approx(
            float(open_dataset("parabola").log_prob([[2.0]])[0]), abs=2e-3
        )
        later = DataBatch(torch.zeros(5, 1), None, index + 5, split="test")
        assert set(model.evaluate(later, rng=rng(), **settings)) == {"n"}

    def test_an_evaluation_of_one_typed_datum_says_that_it_is_one(self):
        model = model_of(hidden=8).eval()
        data = TensorData(open_dataset("parabola"), 0, torch.device("cpu"))
        settings = {"x": "2", "draws": "50", "K": "50", "posterior_draws": "2000"}
        found = evaluate(model, data, settings=settings)
        assert found["n"] == 1
        assert "n_se" not in found
        assert found["posterior_kl_nats_se"] is None

    @pytest.mark.parametrize(("text", "part"), [("two", "two"), ("1 2", "1 numbers"), ("1e999", "too large")])
    def test_a_datum_that_is_none_is_refused(self, text, part):
        model = model_of(hidden=8)
        with pytest.raises(BadValue, match=part):
            model.evaluate(DataBatch(torch.zeros(1, 1), None, torch.arange(1)), rng=rng(), x=text)


class TestConfig:
    @pytest.mark.parametrize(
        ("data", "config", "part"),
        [
            ("digits-binary", {"decoder": "given"}, "decoder given needs"),
            ("g-and-k", {"decoder": "given"}, "use the page implicit"),
            ("lotka-volterra", {"decoder": "given"}, "use the page implicit"),
            ("regression", {"noise": 1}, "noise takes at least the 2"),
            ("digits-binary", {"latent": 6, "noise": 5}, "noise takes at least the 6"),
            ("regression", {"even": True}, "has 10"),
        ],
    )
    def test_what_does_not_go_together_is_refused(self, data, config, part):
        with pytest.raises(BadValue, match=part):
            model_of(data, **config)

    def test_a_sample_takes_a_draw_for_each_unknown_and_each_entry(self):
        kind = open_dataset("parabola").kind
        assert AVB.noise_dims(AVB.Config(decoder="given"), kind) == 2
        assert AVB.noise_dims(AVB.Config(latent=3), kind) == 4

    def test_codes_of_an_implicit_q_are_its_moments(self):
        model = model_of("regression", layers=0, noise=2)
        linear(model, 0.0, 0.5)
        mean, log_var = (part.detach() for part in model.encode(torch.zeros(1, 10)))
        assert float((mean - 0.3).abs().max()) < 4 * 0.5 / math.sqrt(12)
        assert float(((0.5 * log_var).exp() - 0.5).abs().max()) < 0.4

    def test_a_learned_decoder_of_vectors_is_a_density(self):
        model = model_of("parabola", decoder="learned", latent=1)
        x = torch.linspace(-30, 30, 6001)[:, None]
        z = torch.tensor([[0.4]]).expand(6001, 1)
        assert float(model.decoder.log_prob(x, z).exp().sum().detach() * 0.01) == pytest.approx(1, abs=1e-4)


class TestViews:
    @pytest.mark.parametrize(("data", "card"), [("parabola", "pairs"), ("four-points", "aggregated")])
    def test_slow_motion_draws_the_phases_of_every_player_on_the_card_in_sight(self, data, card):
        model = model_of(data, hidden=8).eval()
        view = next(one for one in AVB.views if one.name == card)
        assert not view.streams  # phases are drawn on frames that are there at once
        batch = DataBatch(batch_of(data).x, None, torch.arange(12), split="valid")
        inputs = {"noise": Noise(), **({"point": DataPoint(batch.x[:1], None, 0)} if card == "pairs" else {})}
        with torch.no_grad():
            shown = {card: view(model, batch, **inputs)}
        behind = {type(layer) for layer in shown[card].layers} - {Points}
        after = model.copy()
        with torch.no_grad():
            for parameter in after.posterior.parameters():
                parameter.add_(0.1)
        drawn: dict[tuple[str, str], set[type]] = {}
        for player in model.players():
            for phase in ("draw", *player.forward_phases, "backward", "update"):
                changed = after if phase == "update" else None
                with torch.no_grad():
                    picture = model.phase_picture(player.name, phase, batch, rng=rng(), shown=shown, after=changed)
                frame = picture.frames.get(card)
                drawn[player.name, phase] = {type(layer) for layer in frame.layers} - behind if frame else set()
        silent = {key for key, layers in drawn.items() if not layers}
        assert silent == (set() if card == "pairs" else {(p.name, "draw") for p in model.players()})
        moving = {key for key, layers in drawn.items() if Field in layers}
        assert moving == {(p.name, INFER) for p in model.players()} | {("encoder", "update")}

    def test_bars_of_one_datum_are_its_exact_values(self):
        model = model_of("regression", posterior="gaussian", hidden=8).eval()
        x = batch_of("regression", 1).x
        with torch.no_grad():
            *_, frame = bounds(model, DataPoint(x, None, 0), Noise())
        values = dict(zip(frame.labels, frame.values, strict=True))
        evidence = float(Regression().log_evidence(x.double()))
        assert f"{evidence:.2f}".replace("-", "−") in frame.subtitle
        assert values["importance"] == pytest.approx(0.0, abs=0.1)
        mean, log_var = (part[0].detach().double() for part in model.encode(x))
        elbo = GaussianBound(likelihood_of(model, x), 2).under(mean, log_var).elbo
        assert values["ELBO"] == pytest.approx(elbo - evidence, abs=0.3, rel=0.05)
        assert values["ELBO"] <= values["best Gaussian"] <= 0

    def test_above_counts_the_data_whose_estimate_exceeds_log_p(self):
        model = model_of("four-points", hidden=8).eval()
        loaded = open_dataset("four-points")
        with torch.no_grad():
            for parameter in model.discriminator.parameters():
                parameter.zero_()
            model.discriminator.net[-1].bias.fill_(-50.0)  # r_ψ = −50: 50 nats too good
        data = TensorData(loaded, 0, torch.device("cpu"))
        with torch.no_grad():
            frames = list(above(model, data.batch("valid"), data.whole(), Noise()))
        assert "Above log p(x) on 4 of 4" in frames[-1].note
        assert "−1.386" in frames[-1].note
        assert frames[-1].warning
