"""Tables: normalised, sampled as they say, and with the entropy they claim."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from explorer.data import SOURCES, source
from explorer.data.marginals import Beta, Bimodal, Gamma, Logistic, Marginal, Normal, StudentT
from explorer.data.tables import Copula6, Gaussian6, TableSource
from models.protocol import Table

TABLES = [name for name, declared in SOURCES.items() if issubclass(declared, TableSource)]
TEXTS = ["gaussian6", "gaussian6:condition=1", "gaussian6:condition=10000", "copula6", "copula6:correlation=-0.9"]

# A marginal, the same in SciPy (None for the mixture), and ends that hold all but 1e-12 of its mass.
MARGINALS: list[tuple[Marginal, object, float, float]] = [
    (Normal(1.0, 2.0), stats.norm(1, 2), -15, 17),
    (Gamma(1.5), stats.gamma(2, scale=1.5), 0, 60),
    (Bimodal(0.6, 0.3), None, -4, 4),
    (Logistic(0.5, 0.7), stats.logistic(0.5, 0.7), -25, 25),
    (Beta(2.0, 5.0), stats.beta(2, 5), 0, 1),
    (StudentT(5.0), stats.t(5), -600, 600),
]
IDS = [marginal.name for marginal, *_ in MARGINALS]


def integral(function, low: float, high: float) -> float:
    points = [x for x in (-3, -1, 0, 1, 3) if low < x < high]
    return integrate.quad(function, low, high, points=points, limit=400, epsabs=1e-12)[0]


def density_of(marginal: Marginal):
    return lambda x: np.exp(marginal.log_density(np.array([x]))[0])


@pytest.mark.parametrize(("marginal", "known", "low", "high"), MARGINALS, ids=IDS)
def test_a_marginal_integrates_to_its_tails_and_its_entropy(marginal, known, low, high):
    density = density_of(marginal)
    assert integral(density, low, high) == pytest.approx(1, abs=1e-9)
    for x in (0.05, 0.4, 0.93):
        below, above = (float(np.exp(tail[0])) for tail in marginal.log_tails(np.array([x])))
        assert below == pytest.approx(integral(density, low, x), abs=1e-9)
        assert above == pytest.approx(integral(density, x, high), abs=1e-9)

    def surprise(x: float) -> float:
        p = density(x)
        return -p * np.log(p) if p > 0 else 0.0

    assert marginal.entropy() == pytest.approx(integral(surprise, low, high), abs=1e-7)
    if known is not None:
        x = np.linspace(max(low, -20), min(high, 20), 41)[1:-1]
        np.testing.assert_allclose(marginal.log_density(x), known.logpdf(x), rtol=1e-12, atol=1e-12)
        assert marginal.entropy() == pytest.approx(float(known.entropy()), abs=1e-12)


@pytest.mark.parametrize(("marginal", "known", "low", "high"), MARGINALS, ids=IDS)
def test_quantiles_invert_the_score_into_both_tails(marginal, known, low, high):
    z = np.linspace(-6, 6, 121)
    x = marginal.at_score(z)
    assert (np.diff(x) > 0).all()
    inner = np.abs(z) < 4.5 if isinstance(marginal, Beta) else np.ones(len(z), bool)  # 1 − x has few digits near 1
    np.testing.assert_allclose(marginal.score(x)[inner], z[inner], atol=1e-9)
    if known is not None:
        np.testing.assert_allclose(x[z <= 0], known.ppf(stats.norm.cdf(z[z <= 0])), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(x[z > 0], known.isf(stats.norm.sf(z[z > 0])), rtol=1e-9)


def test_a_support_has_an_end():
    outside = np.array([-1.0, 0.0])
    np.testing.assert_array_equal(Gamma(1.0).log_density(outside), -np.inf)
    np.testing.assert_array_equal(Beta(2.0, 5.0).log_density(np.array([-0.1, 0.0, 1.0, 1.1])), -np.inf)
    row = np.array([[1.0, 2.0, 1.0, 0.0, 0.3, 0.0]])
    density = Copula6()
    assert np.isfinite(density.log_prob(row)).all()
    for column, value in ((1, -0.01), (4, 1.2), (4, -0.2)):
        beyond = row.copy()
        beyond[0, column] = value
        assert density.log_prob(beyond)[0] == -np.inf


def test_the_density_of_far_rows_is_finite():
    row = np.array([[1.0, 2.0, 1.0, 0.0, 0.3, 0.0]])
    for column, value in ((0, 300.0), (1, 1000.0), (2, -30.0), (3, 500.0), (4, 1e-6), (5, 1e6)):
        far = row.copy()
        far[0, column] = value
        assert np.isfinite(Copula6().log_prob(far)).all(), (column, value)


@pytest.mark.parametrize("condition", [1.0, 30.0, 10_000.0])
def test_gaussians_agree_with_scipy(condition):
    density = Gaussian6(condition=condition)
    covariance = density.covariance()
    x, _ = density.sample(200_000, np.random.default_rng(1))
    law = stats.multivariate_normal(x.mean(axis=0), covariance)
    std = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(np.cov(x.T) / np.outer(std, std), covariance / np.outer(std, std), atol=0.015)
    mean = density.load().moments()[0]
    np.testing.assert_allclose(np.abs(np.array(mean) - [0, 2, -1, 5, 0.5, -3]) / std, 0, atol=0.02)
    exact = stats.multivariate_normal([0, 2, -1, 5, 0.5, -3], covariance)
    np.testing.assert_allclose(density.log_prob(x[:500]), exact.logpdf(x[:500]), atol=1e-7)
    assert density.entropy() == pytest.approx(float(law.entropy()), abs=1e-9)
    scales = np.array([1, 0.5, 2, 4, 0.25, 1.5])
    values = np.linalg.eigvalsh(covariance / np.outer(scales, scales))
    assert values[-1] / values[0] == pytest.approx(condition)


def test_correlations_of_the_gaussians_are_of_both_signs_and_of_many_sizes():
    covariance = Gaussian6().covariance()
    std = np.sqrt(np.diag(covariance))
    correlations = (covariance / np.outer(std, std))[np.triu_indices(6, 1)]
    assert correlations.max() > 0.6
    assert correlations.min() < -0.6
    assert (np.diff(np.sort(correlations)) > 1e-3).all()


@pytest.mark.parametrize("correlation", [-0.9, 0.0, 0.7])
def test_the_copula_agrees_with_scipy(correlation):
    """Sklar's theorem with the distribution functions and the normal densities of SciPy."""
    density = Copula6(correlation=correlation)
    x, _ = density.sample(400, np.random.default_rng(2))
    known = [stats.norm(1, 2), stats.gamma(2), None, stats.logistic(0, 0.5), stats.beta(2, 5), stats.t(5)]
    log_p, scores = np.zeros(len(x)), []
    for column, law in zip(x.T, known, strict=True):
        if law is None:
            cdf = 0.4 * stats.norm(-1, 0.3).cdf(column) + 0.6 * stats.norm(1, 0.3).cdf(column)
            log_p += np.log(0.4 * stats.norm(-1, 0.3).pdf(column) + 0.6 * stats.norm(1, 0.3).pdf(column))
        else:
            cdf = law.cdf(column)
            log_p += law.logpdf(column)
        scores.append(stats.norm.ppf(cdf))
    z = np.stack(scores, axis=1)
    matrix = correlation ** np.abs(np.subtract.outer(np.arange(6), np.arange(6)))
    log_p += stats.multivariate_normal(np.zeros(6), matrix).logpdf(z) - stats.norm.logpdf(z).sum(axis=1)
    np.testing.assert_allclose(density.log_prob(x), log_p, atol=1e-7)


def test_the_entropy_of_the_copula_is_that_of_the_marginals_less_their_dependence():
    marginals = sum(float(law.entropy()) for law in (stats.norm(1, 2), stats.gamma(2), stats.logistic(0, 0.5)))
    marginals += float(stats.beta(2, 5).entropy() + stats.t(5).entropy()) + Bimodal(0.6, 0.3).entropy()
    matrix = 0.7 ** np.abs(np.subtract.outer(np.arange(6), np.arange(6)))
    dependence = -0.5 * np.linalg.slogdet(matrix)[1]
    assert Copula6(correlation=0.7).entropy() == pytest.approx(marginals - dependence, abs=1e-9)
    apart = Bimodal(0.5, 0.05).entropy()
    assert apart == pytest.approx(np.log(2) + float(stats.norm(0, 0.05).entropy()), abs=1e-9)


@pytest.mark.parametrize("text", TEXTS)
def test_samples_follow_the_density_and_its_columns(text):
    declared = source(text)
    data = declared.load()
    log_p = data.log_prob(data.train.x)
    assert log_p.dtype == np.float64
    error = log_p.std() / np.sqrt(len(log_p))
    assert error < 0.01
    assert abs(-log_p.mean() - data.entropy) <= 4 * error
    for column in range(6):
        values = data.test.x[:, column].astype(float)
        edges = np.quantile(values, np.linspace(0, 1, 11))[1:-1]
        grid = np.linspace(values.min() - 1, values.max() + 1, 40_001)
        with np.errstate(divide="ignore"):
            density = np.exp(data.log_marginal(column, grid))
        cdf = np.interp(edges, grid, np.cumsum(density) * (grid[1] - grid[0]))
        np.testing.assert_allclose(cdf, np.linspace(0.1, 0.9, 9), atol=0.02)


def test_scores_of_neighbouring_columns_have_the_correlation():
    density = Copula6(correlation=-0.6)
    x, _ = density.sample(50_000, np.random.default_rng(3))
    ranks = stats.rankdata(x, axis=0) / (len(x) + 1)
    found = np.corrcoef(stats.norm.ppf(ranks).T)
    expected = (-0.6) ** np.abs(np.subtract.outer(np.arange(6), np.arange(6)))
    np.testing.assert_allclose(found, expected, atol=0.02)


@pytest.mark.parametrize("name", TABLES)
def test_splits_are_fixed_and_different(name):
    data, again = source(name).load(), source(name).load()
    assert data.kind == Table(6)
    assert (len(data.train), len(data.valid), len(data.test)) == (50_000, 2_000, 10_000)
    assert data.train.x.dtype == np.float32
    assert data.train.y is None
    assert data.digest == again.digest
    rows = {row.tobytes() for split in (data.train, data.valid, data.test) for row in split.x}
    assert len(rows) == 62_000
    assert len(source(f"{name}:n=1000").load().train) == 1_000


def test_the_tables_stand_after_the_planes_and_name_their_columns():
    names = list(SOURCES)
    assert names[names.index("drawn") + 1 :][:2] == TABLES == ["gaussian6", "copula6"]
    assert source("gaussian6").load().columns == ()
    assert source("copula6").load().columns == ("normal", "gamma", "bimodal", "logistic", "beta", "Student t")
