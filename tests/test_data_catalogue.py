"""The catalogue: what is typed, what it is called, and what is wrong with it."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.data import SOURCES, DataError, Dataset, Split, catalogue, open_dataset, source
from explorer.data.mixtures import Ring8
from models.protocol import BadValue, Kind, Planar, params_of


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("ring8", "ring8"),
        (" ring8 : std = 0.05 ", "ring8:std=0.05"),
        ("ring8:std=0.20,radius=2", "ring8"),
        ("ring8:std=5e-2,radius=3.0", "ring8:radius=3,std=0.05"),
        ("ring8:radius=2.125,n=60000", "ring8:n=60000,radius=2.125"),
        ("ring8:std=0.123456789", "ring8:std=0.123456789"),
        ("pinwheel:arms=7", "pinwheel:arms=7"),
        ("mnist", "mnist"),
    ],
)
def test_canonical_spelling_is_a_fixed_point(text, canonical):
    assert str(source(text)) == canonical
    assert source(canonical) == source(text)


def test_parameters_reach_the_declaration():
    assert source("ring8:std=0.05,n=2000") == Ring8(n=2_000, std=0.05)
    assert open_dataset("ring8:std=0.05,n=2000").name == "ring8:n=2000,std=0.05"


@pytest.mark.parametrize(
    ("text", "error", "parts"),
    [
        ("rign8", DataError, ["'rign8'", "did you mean ring8?", "grid25", "mnist"]),
        ("", DataError, ["unknown dataset ''", "ring8"]),
        ("zzzzzz", DataError, ["the datasets are ring8"]),
        ("ring8:std", DataError, ["'std'", "ring8:name=value"]),
        ("ring8:", DataError, ["ring8:name=value"]),
        ("ring8:std=", DataError, ["'std='"]),
        ("ring8:std=0.1,std=0.2", DataError, ["std is given twice"]),
        ("ring8:sdt=0.1", BadValue, ["ring8 has no parameter sdt", "std", "radius"]),
        ("fashion-mnist:n=5", BadValue, ["fashion-mnist has no parameter n", "it has none"]),
        ("ring8:std=wide", BadValue, ["ring8: std takes a number from 0.01 to 2", "wide"]),
        ("ring8:std=-1", BadValue, ["std takes", "-1"]),
        ("ring8:std=nan", BadValue, ["std takes", "nan"]),
        ("ring8:n=10", BadValue, ["n takes a whole number", "10"]),
        ("pinwheel:arms=2.5", BadValue, ["arms takes a whole number", "2.5"]),
    ],
)
def test_errors_say_what_and_how_to_mend_it(text, error, parts):
    with pytest.raises(error) as raised:
        source(text)
    message = str(raised.value)
    assert "\n" not in message
    for part in parts:
        assert part in message


def test_every_source_describes_itself():
    for name, declared in SOURCES.items():
        assert declared.name == name
        assert declared.title
        assert declared.about.endswith(".")
        assert declared.licence
        assert declared.origin
        assert isinstance(declared.kind, Kind)
        assert declared.kind.shape
        for parameter in params_of(declared).values():
            assert parameter.check(parameter.default) == parameter.default


@pytest.mark.parametrize("name", ["ring8", "checkerboard", "digits", "digits-binary", "sprites", "sprites-colour"])
def test_loaded_data_are_what_the_source_declares(name, tmp_path, monkeypatch):
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(tmp_path))
    data = source(name).load()
    assert data.kind == SOURCES[name].kind
    for split in (data.train, data.valid, data.test):
        assert split.x.shape == (len(split), *data.kind.shape)
        assert split.y.shape == (len(split),)
        assert split.y.min() >= 0
        assert split.y.max() < len(data.classes)
        for array in split.arrays:
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0


def test_opened_data_are_shared_and_the_oldest_forgotten(monkeypatch):
    monkeypatch.setattr(catalogue, "_opened", {})
    first = open_dataset("ring8:n=1000")
    for std in (0.1, 0.3, 0.4):
        open_dataset(f"ring8:n=1000,std={std}")
    assert open_dataset("ring8:n=1000.0,std=0.2") is first
    open_dataset("ring8:n=1000,std=0.5")
    assert list(catalogue._opened) == [f"ring8:n=1000{rest}" for rest in (",std=0.3", ",std=0.4", "", ",std=0.5")]


def test_digest_tells_dtype_shape_labels_and_values_apart():
    def digest(x: np.ndarray, y: np.ndarray | None = None) -> str:
        return Dataset("a", "A", Planar(), Split(x, y), Split(x.copy()), Split(x.copy())).digest

    x = np.zeros((4, 2), np.float32)
    other = [digest(x.astype(np.float64)), digest(x.reshape(2, 4)), digest(x, np.zeros(4, np.int64)), digest(x + 1)]
    assert len({digest(x.copy()), *other}) == 5
    assert digest(np.asfortranarray(x + np.arange(2))) == digest(x + np.arange(2))


def test_moments_are_per_channel_and_in_data_units():
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (5_000, 3, 4, 5)).astype(np.uint8)
    x[:, 1] //= 2
    mean, std = Dataset("a", "A", Planar(), Split(x), Split(x), Split(x), scale=1 / 255).moments()
    np.testing.assert_allclose(mean, (x / 255).mean(axis=(0, 2, 3)))
    np.testing.assert_allclose(std, (x / 255).std(axis=(0, 2, 3)))
