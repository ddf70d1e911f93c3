"""Points that people bring: drawn, CSV, NPY; what is wrong with them, their splits, and that a change is noticed."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest
from pages import kept_session

from explorer.data import DataError, open_dataset, source
from explorer.data.drawn import FEWEST, Drawn, drawn_names, save_drawing
from explorer.engine import BadInput, RunError, Setup, resume_session

pytestmark = pytest.mark.usefixtures("fixture_pages")

XY = np.random.default_rng(3).standard_normal((200, 2))


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(tmp_path / "home"))


def all_points(data) -> np.ndarray:
    return np.concatenate([data.train.x, data.valid.x, data.test.x])


def read_points(path) -> np.ndarray:
    return Drawn(file=str(path)).points()


def sorted_rows(xy: np.ndarray) -> np.ndarray:
    return xy[np.lexsort(xy.T)]


def test_a_drawing_comes_back_point_for_point_in_three_splits_that_are_always_the_same(tmp_path):
    path = save_drawing("my face", XY)
    assert path == tmp_path / "home" / "drawn" / "my face.csv"
    assert drawn_names() == ["my face"]
    data = open_dataset("drawn:file=my face")
    assert (len(data.train), len(data.valid), len(data.test)) == (160, 20, 20)
    np.testing.assert_allclose(sorted_rows(all_points(data)), sorted_rows(XY.astype(np.float32)), rtol=1e-6)
    np.testing.assert_array_equal(all_points(source("drawn:file=my face").load()), all_points(data))
    assert data.log_prob is None
    assert str(source("drawn:file=my face")) == "drawn:file=my face"


def test_npy_is_read(tmp_path):
    np.save(tmp_path / "p.npy", XY.astype(np.float32))
    np.testing.assert_array_equal(read_points(tmp_path / "p.npy"), XY.astype(np.float32))
    data = open_dataset(f"drawn:file={tmp_path / 'p.npy'}")
    assert len(all_points(data)) == 200


def text(rows) -> bytes:
    return "".join(f"{x},{y}\n" for x, y in rows).encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (text(XY[:10].tolist()), f"has 10 points; at least {FEWEST} are needed"),
        (b"", "holds no rows"),
        (text([*XY.tolist(), ("nan", 1)]), "has 1 row with empty cells or NaN .line 201"),
        (text([*XY.tolist(), (1, "inf")]), "line 201 of .* has 'inf', which is not finite"),
        (text([*XY.tolist(), ("here", 1)]), "line 201 of .* has 'here' in column 1, which is no number"),
        (b"1\n2\n3\n", "has 1 column; points have 2"),
        (text([(x, 3.0) for x in XY[:, 0]]), "column 2 of .* is 3 in all rows"),
        (text([(1e9, 3.5), *XY.tolist()]), "beyond 1,000,000"),
        (b"\xff\xfe\x00", "is not a text file"),
    ],
)
def test_a_csv_that_cannot_be_used_is_refused_in_one_line(content, message, tmp_path):
    path = tmp_path / "p.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        open_dataset(f"drawn:file={path}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros(100), r"shape \(100,\); points are of shape \(n, 2\)"),
        (np.zeros((100, 3)), "has 3 columns; points have 2: choose them, such as columns=2;3"),
        (np.array([["a", "b"]] * 100), r"holds <U1 of shape \(100, 2\), not real numbers"),
        (np.zeros((100, 2), complex), r"holds complex128 of shape"),
    ],
)
def test_an_npy_of_another_shape_is_refused(array, message, tmp_path):
    np.save(tmp_path / "p.npy", array)
    with pytest.raises(DataError, match=message):
        read_points(tmp_path / "p.npy")


def test_what_is_no_npy_of_one_array_is_refused(tmp_path):
    (tmp_path / "p.npy").write_bytes(b"no array")
    with pytest.raises(DataError, match="is not an NPY array"):
        read_points(tmp_path / "p.npy")
    with open(tmp_path / "p.npy", "wb") as file:
        np.savez(file, x=XY, y=XY)
    with pytest.raises(DataError, match="is not an NPY array"):
        read_points(tmp_path / "p.npy")


def test_a_missing_file_is_one_line_that_says_what_to_do(tmp_path):
    with pytest.raises(DataError, match=r"file .*gone\.csv does not exist; .* or draw points in the window"):
        open_dataset("drawn:file=gone")
    with pytest.raises(BadInput, match="does not exist"):
        kept_session("gauss", tmp_path / "run", data="drawn:file=gone")


@pytest.mark.parametrize("name", ["", "a/b", "../up", "x" * 41, "a,b", "a=b", ".hidden"])
def test_names_that_are_no_file_names_are_refused(name):
    with pytest.raises(DataError, match="is not a valid name of a drawing"):
        save_drawing(name, XY)


def test_smoothed_points_have_the_density_of_round_gaussians_about_them(tmp_path):
    centers = XY[:FEWEST]
    save_drawing("few", centers)
    data = open_dataset("drawn:file=few,smooth=0.3,n=20000")
    x = np.random.default_rng(0).standard_normal((50, 2))
    square = ((x[:, None] - centers) ** 2).sum(-1)
    expected = np.log(np.exp(-square / (2 * 0.09)).mean(1) / (2 * np.pi * 0.09))
    np.testing.assert_allclose(data.log_prob(x), expected, rtol=1e-10)
    assert len(data.train) == 20_000
    spread = np.sqrt(centers.var(axis=0) + 0.09)
    np.testing.assert_allclose(data.train.x.std(axis=0), spread, rtol=0.02)


def test_a_changed_drawing_is_read_anew_and_its_runs_keep_the_points_they_had(tmp_path):
    save_drawing("mine", XY)
    kept = kept_session("gauss", tmp_path / "run", data="drawn:file=mine", steps=5, batch=8)
    kept.step()
    kept.stop()
    kept.close()
    save_drawing("mine", XY + 0.5)
    assert open_dataset("drawn:file=mine").train.x.mean() != kept.data.data.train.x.mean()  # read anew, not from memory
    with closing(resume_session(tmp_path / "run")) as resumed:
        assert resumed.data.data.digest == kept.data.data.digest
    (tmp_path / "run" / "data.safetensors").unlink()
    with pytest.raises(RunError, match=r"differs from the data .* was trained on"):
        resume_session(tmp_path / "run")


def test_without_a_file_there_is_an_example_and_pages_of_planar_data_take_it():
    assert len(all_points(open_dataset("drawn"))) == 1500
    assert Setup.of("gauss", data="drawn").data == "drawn"
