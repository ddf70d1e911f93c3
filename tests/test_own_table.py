"""Tables of the user: kind and names from the file, splits from a seed, arrays, gaps, and numbers that are too fine."""

from __future__ import annotations

import io

import numpy as np
import pytest

from explorer.data import SOURCES, DataError, open_dataset, source
from explorer.data.array_files import read_npy
from explorer.data.columns import MOST_NUMBERS
from explorer.data.own_table import _SEED
from explorer.data.spelling import spelled
from explorer.engine import BadInput, Setup
from models.protocol import Table

pytestmark = pytest.mark.usefixtures("fixture_pages")

X = np.random.default_rng(4).standard_normal((150, 4))


def table(path, **values) -> str:
    return spelled("table", {"file": path, **values})


def rows_of(data) -> np.ndarray:
    rows = np.concatenate([split.x for split in (data.train, data.valid, data.test)])
    return rows[np.argsort(rows[:, 0])]


@pytest.fixture
def csv(tmp_path):
    """Writes rows as a CSV."""

    def write(x, names=("a", "b", "c", "d")):
        path = tmp_path / "t.csv"
        path.write_text("\n".join([",".join(names), *(",".join(map(repr, row)) for row in x.tolist())]))
        return path

    return write


def test_kind_names_and_rows_are_those_of_the_file(csv):
    path = csv(X)
    assert source(table(path)).loaded_kind() == Table(4)
    data = open_dataset(table(path))
    assert data.kind == Table(4)
    assert data.columns == ("a", "b", "c", "d")
    assert [len(split) for split in (data.train, data.valid, data.test)] == [120, 15, 15]
    np.testing.assert_array_equal(rows_of(data), X[np.argsort(X[:, 0])].astype(np.float32))
    narrow = open_dataset(table(path, columns="d;2"))
    assert narrow.columns == ("d", "b")
    assert narrow.kind == source(narrow.name).loaded_kind() == Table(2)


def test_the_split_follows_from_the_seed_that_the_text_stores(csv):
    path = csv(X)
    one, again, other = (open_dataset(table(path, seed=seed)) for seed in (1, 1, 2))
    assert one.digest == again.digest != other.digest
    np.testing.assert_array_equal(rows_of(one), rows_of(other))
    assert "seed=2" in other.name


def test_a_page_of_tables_takes_it_and_one_of_points_says_what_it_takes(csv):
    path = csv(X)
    setup = Setup.of("gauss-rows", data=table(path))
    assert source(setup.data).file == str(path)
    with pytest.raises(BadInput, match="does not take table"):
        Setup.of("gauss", data=table(path))
    path.unlink()
    with pytest.raises(BadInput, match=r"t\.csv does not exist; give the path of a CSV, TSV, NPY or NPZ file"):
        Setup.of("gauss-rows", data=table(path))


def test_without_a_file_there_is_an_example_that_the_class_describes():
    data = open_dataset("table")
    assert data.kind == SOURCES["table"].kind == source("table").loaded_kind()
    assert data.content is None


@pytest.mark.parametrize("dtype", ["f2", "f4", ">f8", "i2", "u8"])
@pytest.mark.parametrize("order", "CF")
def test_arrays_of_any_number_type_are_read(dtype, order, tmp_path):
    x = np.asarray(100 * X).round().astype("i2").clip(0).astype(dtype, order=order)
    np.save(tmp_path / "x.npy", x)
    np.testing.assert_array_equal(read_npy(tmp_path / "x.npy"), x.astype(float))
    np.savez_compressed(tmp_path / "x.npz", data=x)
    np.testing.assert_array_equal(rows_of(open_dataset(table(tmp_path / "x.npz")))[:, 0], np.sort(x[:, 0]).astype("f4"))


def test_an_npz_gives_its_only_array_or_one_that_is_named_or_its_vectors_as_columns(tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, height=X[:, 0], width=X[:, 1])
    assert open_dataset(table(path)).columns == ("height", "width")
    assert open_dataset(table(path, columns="width;height")).columns == ("width", "height")
    np.savez(path, x=X, y=X[:, :2], n=np.arange(3))
    with pytest.raises(
        DataError, match=r"several arrays, x \(150, 4\), y \(150, 2\), n \(3,\); choose one with array="
    ):
        open_dataset(table(path))
    assert open_dataset(table(path, array="y")).kind == Table(2)
    with pytest.raises(DataError, match="has no array z; there are x, y, n"):
        open_dataset(table(path, array="z"))


def test_empty_cells_are_refused_with_their_lines_or_their_rows_are_left_out(csv, tmp_path):
    path = csv(X)
    lines = path.read_text().splitlines()
    lines[3], lines[7] = ",1.5,2.5,3.5", "1.5,NA,,3.5"
    path.write_text("\n".join(lines))
    with pytest.raises(DataError, match=r"has 2 rows with empty cells or NaN \(line 4, 8; most in a\); fill them in"):
        open_dataset(table(path))
    data = open_dataset(table(path, missing="drop"))
    assert len(rows_of(data)) == 148
    assert data.content.notes == ("left out 2 rows with empty cells or NaN (line 4, 8)",)
    assert len(rows_of(open_dataset(table(path, columns="b;d", missing="drop")))) == 149
    gaps = X.copy()
    gaps[4, 2] = np.nan
    np.save(tmp_path / "x.npy", gaps)
    with pytest.raises(DataError, match=r"has 1 row with empty cells or NaN \(line 5; most in column 3\)"):
        open_dataset(table(tmp_path / "x.npy"))


NOISE = np.random.default_rng(0).standard_normal((100, 2))
FINE = [
    (
        1e5 + 1e-3 * NOISE,
        r"varies by 0\.00\d+ about 100000, where 32-bit numbers have steps of 0\.0078: subtract its mean",
    ),
    (-5e5 + NOISE, "subtract its mean"),
    (NOISE * [1, 1e-3] + [0, 1e4], "column 2 of .* subtract its mean"),
    (NOISE * 1e-12, "multiply it by a power of ten"),
    (NOISE * 1e-40, "multiply it by a power of ten"),
    (NOISE * [1, 0] + [0, 7], "column 2 of .* is 7 in all rows; leave it out"),
    (np.where(np.arange(200).reshape(100, 2) == 31, np.inf, NOISE), "row 16 of .* is not finite in column 2"),
    (NOISE * 1e15, "divide it by a power of ten"),
    (NOISE * 1e300, "divide it by a power of ten"),  # float64 does not hold its squares
]


@pytest.mark.parametrize(("x", "message"), FINE)
@pytest.mark.parametrize("kind", ["drawn", "table"])
def test_numbers_that_float32_cannot_hold_are_refused_with_what_to_do(kind, x, message, tmp_path):
    np.save(tmp_path / "x.npy", x)
    with pytest.raises(DataError, match=message) as caught:
        open_dataset(spelled(kind, {"file": tmp_path / "x.npy"}))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("x", [1e3 + NOISE, NOISE * 1e-6, NOISE * [1, 1e5], NOISE + np.array([0, 100])])
@pytest.mark.parametrize("kind", ["drawn", "table"])
def test_numbers_that_float32_holds_apart_are_taken(kind, x, tmp_path):
    np.save(tmp_path / "x.npy", x)
    data = open_dataset(spelled(kind, {"file": tmp_path / "x.npy"}))
    assert len(np.unique(rows_of(data)[:, 0])) == 100
    assert min(data.moments()[1]) > 0


def test_a_column_that_is_constant_in_the_training_rows_is_refused(csv):
    x = X.copy()
    x[:, 2] = 0
    x[7, 2] = 1
    path = csv(x)
    order = [np.random.default_rng([_SEED, 1, seed]).permutation(150).tolist().index(7) for seed in range(20)]
    seed = next(seed for seed, place in enumerate(order) if place >= 120)
    with pytest.raises(DataError, match="c is 0 in all rows to train on, and differs only in others; leave it out"):
        open_dataset(table(path, seed=seed))
    assert open_dataset(table(path, seed=next(seed for seed, place in enumerate(order) if place < 120))).train.x.any()


def npy(shape: str, descr: str = "'<f8'") -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (npy(f"({MOST_NUMBERS}, 2)"), "holds 20,000,000 numbers; at most 10,000,000 are read"),
        (npy("(10000000000000, 1000000000000)"), "at most"),
        (npy("(-5, 2)"), "holds -10 numbers"),
        (npy("(100, 2)"), "is cut short"),
        (npy("(100, 2)") + bytes(1601), "is longer than its header says"),
        (npy("(100, 2)", "'|O'") + bytes(1600), "holds object of shape"),
        (npy("(100, 2)", "[('x', '<f8')]"), "not real numbers"),
        (npy("(" * 500), "is not an NPY array"),
    ],
)
def test_headers_of_arrays_are_checked_before_they_are_read(content, message, tmp_path):
    (tmp_path / "x.npy").write_bytes(content)
    with pytest.raises(DataError, match=message):
        open_dataset(table(tmp_path / "x.npy"))


def test_an_npz_that_unpacks_to_much_is_refused(tmp_path):
    import zipfile

    with (
        zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("x.npy", "w") as file,
    ):
        file.write(npy("(100, 2)"))
        for _ in range(100):
            file.write(bytes(1_000_000))
    with pytest.raises(DataError, match="unpacks to more than"):
        open_dataset(table(tmp_path / "bomb.npz"))


def test_objects_are_never_unpickled(tmp_path):
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("unpickled",))

    buffer = io.BytesIO()
    np.save(buffer, np.array([[Trap(), Trap()]] * 60, dtype=object), allow_pickle=True)
    (tmp_path / "x.npy").write_bytes(buffer.getvalue())
    np.savez(tmp_path / "x.npz", x=np.array([[Trap(), Trap()]] * 60, dtype=object), allow_pickle=True)
    for name in ("x.npy", "x.npz"):
        with pytest.raises(DataError):
            open_dataset(table(tmp_path / name))


@pytest.mark.parametrize("name", ["", "gone.csv", "a\0b.csv", "x" * 300 + ".csv", "~nobody/x.csv"])
def test_paths_that_are_no_files_are_refused_in_one_line(name, tmp_path):
    with pytest.raises(DataError, match=r"does not exist|is no file|cannot be read"):
        open_dataset(table(f"{tmp_path}/{name}"))
