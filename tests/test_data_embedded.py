"""Handwritten digits and sprites: the data that come with the program."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from sklearn.datasets import load_digits

from explorer.data import cache_dir, source
from explorer.data.sprites import SHAPES, draw_sprites


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(tmp_path))
    return tmp_path


def whole(data) -> tuple[np.ndarray, np.ndarray]:
    splits = (data.train, data.valid, data.test)
    return np.concatenate([split.x for split in splits]), np.concatenate([split.y for split in splits])


def test_digits_are_scikit_learns_shuffled_once():
    data = source("digits").load()
    assert (len(data.train), len(data.valid), len(data.test)) == (1_300, 200, 297)
    order = np.random.RandomState(0).permutation(1_797)
    bunch = load_digits()
    x, y = whole(data)
    assert x.shape == (1_797, 1, 8, 8)
    assert x.dtype == np.uint8
    np.testing.assert_array_equal(x[:, 0], bunch.images[order])  # a permutation: so no digit is in two splits
    np.testing.assert_array_equal(y, bunch.target[order])
    assert x.max() * data.scale == 1
    mean, std = data.moments()
    assert mean == pytest.approx([bunch.images[order[:1_300]].mean() / 16])
    assert std == pytest.approx([bunch.images[order[:1_300]].std() / 16])


def test_binary_digits_are_on_from_half_the_ink():
    grey, binary = source("digits").load(), source("digits-binary").load()
    np.testing.assert_array_equal(binary.test.x, grey.test.x * grey.scale >= 0.5)
    assert binary.scale == 1
    assert set(np.unique(binary.train.x)) == {0, 1}
    np.testing.assert_array_equal(binary.test.y, grey.test.y)


def test_digits_come_from_the_copy_the_second_time(monkeypatch):
    first = source("digits").load()
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)  # importing it fails now
    assert source("digits").load().digest == first.digest


@pytest.mark.parametrize("damage", ["cut", "other", "pickle"])
def test_a_damaged_copy_is_made_again(damage):
    digest = source("digits").load().digest
    path = cache_dir() / "digits.npz"
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-500])
    elif damage == "other":
        np.savez(path, x=np.zeros((1_797, 1, 8, 8), np.uint8), y=np.zeros(1_797, np.int64))
    else:
        np.savez(path, x=np.array([{}], dtype=object), y=np.zeros(3))
    assert source("digits").load().digest == digest
    with np.load(path, allow_pickle=False) as stored:
        assert stored["x"].sum() == load_digits().images.sum()
    assert [file.name for file in path.parent.iterdir()] == ["digits.npz"]


def test_digits_load_where_no_copy_can_be_kept(home, monkeypatch):
    (home / "file").write_text("")
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(home / "file"))
    assert len(source("digits").load().train) == 1_300


@pytest.mark.parametrize(("name", "pixels"), [("sprites", 28), ("sprites-colour", 32)])
def test_factors_move_what_they_name(name, pixels):
    data = source(f"{name}:n=1000").load()
    x, factors = data.train.x * data.scale, data.train.factors
    column = {factor.name: factors[:, k] for k, factor in enumerate(data.factors)}
    ink = x.max(axis=1)  # every colour has a channel of full value
    area = ink.sum(axis=(1, 2)) / pixels**2
    centre = (np.arange(pixels) + 0.5) / pixels
    tolerance = 0.4 / pixels
    np.testing.assert_allclose((ink.sum(axis=1) @ centre) / area / pixels**2, column["x"], atol=tolerance)
    np.testing.assert_allclose((ink.sum(axis=2) @ centre) / area / pixels**2, column["y"], atol=tolerance)
    np.testing.assert_allclose(area, column["size"] ** 2, rtol=0.12)
    assert np.mean(area / column["size"] ** 2) == pytest.approx(1, abs=0.02)
    np.testing.assert_array_equal(column["shape"], data.train.y)
    assert data.classes == SHAPES
    assert np.ptp(column["x"]) > 0.35


def test_rotation_turns_the_ellipse():
    rotation = np.linspace(0, np.pi / 2, 7)
    factors = np.stack([[SHAPES.index("ellipse"), 0.36, angle, 0.5, 0.5] for angle in rotation])
    ink = draw_sprites(factors, 64).astype(float)
    down, right = (axis.ravel() - 31.5 for axis in np.indices((64, 64)).astype(float))
    flat = ink.reshape(len(ink), -1) / ink.sum(axis=(1, 2))[:, None]
    tilt = 0.5 * np.arctan2(2 * flat @ (right * down), flat @ (right**2 - down**2))
    np.testing.assert_allclose(np.sin(tilt - rotation), 0, atol=0.01)  # an axis has no direction


def test_shapes_differ_in_their_second_moments():
    """Polar second moments about the centroid, closed forms, in units of the squared area."""
    factors = np.stack([[k, 0.36, 0.3, 0.5, 0.5] for k in range(4)])
    ink = draw_sprites(factors, 256).astype(float)
    down, right = ((axis - 127.5) / 256 for axis in np.indices((256, 256)))
    moment = (ink * (down**2 + right**2)).sum(axis=(1, 2)) / 256**2 / 0.36**4
    expected = {"square": 1 / 6, "ellipse": 5 / (8 * np.pi), "triangle": np.sqrt(3) / 9, "cross": 29 / 150}
    np.testing.assert_allclose(moment, [expected[name] for name in SHAPES], rtol=0.01)


def test_hue_is_the_colour():
    import colorsys

    data = source("sprites-colour:n=1000").load()
    for x, hue in zip(data.test.x[:50], data.test.factors[:50, 5], strict=True):
        red, green, blue = x.reshape(3, -1)[:, x.max(axis=0).argmax()] / 255
        found, _, value = colorsys.rgb_to_hsv(red, green, blue)
        assert min(abs(found - hue), 1 - abs(found - hue)) < 0.01
        assert value > 0.95


def test_sprites_are_fixed_and_their_splits_differ():
    data = source("sprites").load()
    assert (len(data.train), len(data.valid), len(data.test)) == (10_000, 1_000, 2_000)
    assert data.train.x.shape[1:] == data.kind.shape
    assert data.digest == source("sprites").load().digest
    assert len({row.tobytes() for split in (data.train, data.valid, data.test) for row in split.factors}) == 13_000
    edges = (data.train.x > 0) & (data.train.x < 255)
    assert 0.01 < edges.mean() < 0.1  # antialiased
