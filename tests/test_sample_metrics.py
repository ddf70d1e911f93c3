"""Sample metrics against samples made so that the answer is known, and against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from sklearn.neighbors import KNeighborsClassifier

from explorer.data import open_dataset
from explorer.engine.measure.samples import knn_accuracy, modes
from models.exact.coverage import precision_recall

SQUARE = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])


def test_samples_on_the_centres_cover_all_modes():
    found = modes(SQUARE.repeat(25, 1), SQUARE, 0.01)
    assert found["modes"] == found["modes_near"] == 4
    assert found["high_quality_percent"] == 100
    assert found["mode_kl_nats"] == pytest.approx(0, abs=1e-12)


def test_counts_shares_and_divergence_are_those_of_the_construction():
    # 60 at the first centre, 20 at the second, 1 at the third (1 %), 19 between modes
    x = torch.cat([SQUARE[:1].repeat(60, 1), SQUARE[1:2].repeat(20, 1), SQUARE[2:3], torch.full((19, 2), 0.5)])
    found = modes(x, SQUARE, 0.01)
    assert found["modes"] == 3
    assert found["modes_near"] == 2  # the third holds less than 2 %
    assert found["high_quality_percent"] == pytest.approx(81)
    share = np.array([60, 20, 1]) / 81
    assert found["mode_kl_nats"] == pytest.approx(float((share * np.log(share * 4)).sum()))


@pytest.mark.parametrize(("distance", "quality", "near"), [(0.029, 100, 1), (0.031, 0, 1), (0.29, 0, 1), (0.31, 0, 0)])
def test_limits_are_3_std_and_three_tenths_of_the_spacing(distance, quality, near):
    found = modes(torch.tensor([[-distance, 0.0]]).repeat(10, 1), SQUARE, 0.01)
    assert (found["high_quality_percent"], found["modes"], found["modes_near"]) == (quality, quality // 100, near)


def test_no_sample_of_quality_is_the_greatest_divergence():
    found = modes(torch.full((5, 2), 9.0), SQUARE, 0.01)
    assert found["modes"] == 0
    assert found["mode_kl_nats"] == pytest.approx(math.log(4))


def test_true_draws_of_ring8_have_the_quality_of_a_gaussian():
    data = open_dataset("ring8:std=0.05")
    x = torch.from_numpy(np.array(data.train.x))
    found = modes(x, torch.from_numpy(np.array(data.centers)), data.std)
    assert found["modes"] == 8
    within = 1 - math.exp(-(3**2) / 2)  # of a Gaussian in the plane
    assert found["high_quality_percent"] / 100 == pytest.approx(
        within, abs=4 * math.sqrt(within * (1 - within) / len(x))
    )


def test_precision_and_recall_of_equal_apart_and_partial_clouds():
    rng = torch.Generator().manual_seed(0)
    data = torch.randn(200, 2, generator=rng)
    assert precision_recall(data, data) == (1.0, 1.0)
    assert precision_recall(data + 100, data) == (0.0, 0.0)
    two = torch.cat([data, data + 100])
    precision, recall = precision_recall(data, two)  # one of two clouds
    assert (precision, recall) == (1.0, 0.5)
    assert precision_recall(two, data) == (0.5, 1.0)


@pytest.mark.parametrize("neighbours", [1, 5])
def test_neighbour_accuracy_is_that_of_scikit_learn(neighbours):
    rng = np.random.default_rng(0)
    y, classes = rng.integers(4, size=120), rng.integers(4, size=300)
    z, of = (rng.standard_normal((len(c), 3)) + 0.8 * c[:, None] for c in (y, classes))
    expected = KNeighborsClassifier(neighbours, algorithm="brute").fit(of, classes).score(z, y)
    found = knn_accuracy(*(torch.from_numpy(part) for part in (z, y, of, classes)), neighbours=neighbours)
    assert 0.3 < expected < 0.95
    assert found == pytest.approx(expected)
