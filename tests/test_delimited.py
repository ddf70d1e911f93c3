"""Delimited text: every way in which programs write the same numbers gives those numbers, and doubt is refused."""

from __future__ import annotations

import codecs
import itertools
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.data import DataError, open_dataset
from explorer.data.delimited import read_delimited
from explorer.data.spelling import spelled

X = np.array([[0.126, -0.132], [12.5, 3.0], [-1000.0, 1e-7], [2.0, 1234567.25]])
SEPARATORS = {"tab": "\t", "semicolon": ";", "comma": ",", "blank": " ", "comma and blank": ", ", "blanks": "   "}
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"]
MINUS = "\u2212"


def cell(value: float, decimal: str = ".", minus: str = "-") -> str:
    return repr(value).replace(".", decimal).replace("-", minus)


def written(x, separator, decimal=".", names=("Größe", "y"), quote="", minus="-", end="\n") -> str:
    rows = [list(names)] if names else []
    rows += [[cell(value, decimal, minus) for value in row] for row in x.tolist()]
    return "".join(separator.join(f"{quote}{text}{quote}" for text in row) + end for row in rows)


@pytest.fixture
def file(tmp_path):
    def write(content: str | bytes, encoding: str = "utf-8"):
        mark = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""
        path = tmp_path / "p.csv"
        path.write_bytes(content if isinstance(content, bytes) else mark + content.encode(encoding))
        return path

    return write


VARIANTS = [
    (separator, decimal, encoding, quote, names)
    for separator, decimal, encoding, quote, names in itertools.product(
        SEPARATORS, ".,", ENCODINGS, ("", '"'), (("Größe", "y"), ())
    )
    if decimal == "." or quote or "comma" not in separator
]


@pytest.mark.parametrize(("separator", "decimal", "encoding", "quote", "names"), VARIANTS)
def test_the_same_numbers_are_read_however_they_are_written(separator, decimal, encoding, quote, names, file):
    text = written(X, SEPARATORS[separator], decimal, names, quote)
    table = read_delimited(file(text, encoding))
    np.testing.assert_array_equal(table.x, X)
    assert table.names == names
    np.testing.assert_array_equal(table.lines, np.arange(1, 5) + bool(names))
    assert ("decimal commas" in table.notes) is (decimal == ",")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_table_is_read_back_from_any_dialect(tmp_path, data):
    numbers = st.floats(allow_nan=False, allow_infinity=False, width=32).map(lambda v: float(v) + 0.0)
    width = data.draw(st.integers(2, 5))
    rows = data.draw(st.lists(st.tuples(*[numbers] * width), min_size=1, max_size=8))
    separator, decimal = data.draw(
        st.sampled_from([pair for pair in itertools.product("\t;, ", ".,") if pair != (",", ",")])
    )
    names = data.draw(
        st.lists(st.from_regex(r"[^\W\d][\w .,;\"'/()]{0,8}", fullmatch=True), min_size=width, max_size=width)
        .map(lambda names: [" ".join(name.split()) for name in names])
        .filter(
            lambda names: (
                len({*names}) == width and not {"nan", "none", "null", "na", "n/a"} & {n.lower() for n in names}
            )
        )
        .filter(lambda names: not any(re.fullmatch(r"(?i)inf(inity)?", name) for name in names))
    )
    head = separator.join('"' + name.replace('"', '""') + '"' for name in names)
    x = np.array(rows)
    text = head + "\n" + written(x, separator, decimal, ())
    path = tmp_path / "p.csv"
    path.write_bytes(text.encode(data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))))
    stated = {"decimal": "point" if decimal == "." else "comma"}  # 1.234 alone could group thousands
    table = read_delimited(path, **stated)
    np.testing.assert_array_equal(table.x, x)
    assert table.names == tuple(names)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("minus", ["-", MINUS])
def test_line_ends_and_unicode_minus(end, minus, file):
    table = read_delimited(file(written(X, "\t", ",", minus=minus, end=end)))
    np.testing.assert_array_equal(table.x, X)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (",x,y\n0,{0},{1}\n1,{2},{3}\n", ("x", "y")),  # pandas
        (",0,1\n0,{0},{1}\n1,{2},{3}\n", ("0", "1")),
        ("Unnamed: 0,x,y\n0,{0},{1}\n1,{2},{3}\n", ("x", "y")),
        (";x;y\n0;{0};{1}\n1;{2};{3}\n", ("x", "y")),
        ('"","x","y"\n"1",{0},{1}\n"2",{2},{3}\n', ("x", "y")),  # R, write.csv
        ('"x" "y"\n"1" {0} {1}\n"2" {2} {3}\n', ("x", "y")),  # R, write.table
    ],
)
def test_row_numbers_that_a_program_adds_are_left_out_and_it_is_said(text, names, file):
    table = read_delimited(file(text.format(0.5, -1.5, 2.5, 3.25)))
    np.testing.assert_array_equal(table.x, [[0.5, -1.5], [2.5, 3.25]])
    assert table.names == names
    assert table.notes == ("left out column 1, which has no name and numbers the rows",)


@pytest.mark.parametrize(
    ("text", "x", "notes"),
    [
        ("sep=;\nx;y\n1,5;2\n", [[1.5, 2]], ("decimal commas",)),
        ("sep=\t\r\nx\ty\r\n1.5\t2\r\n", [[1.5, 2]], ()),
        ("# by hand\nx,y\n\n1.5,2\n  # end\n", [[1.5, 2]], ("left out 2 comment lines",)),
        ("x;y;;\n1.5;2;;\n;;;\n3;4;;\n", [[1.5, 2], [3, 4]], ("left out 1 row of empty cells", *(
            f"left out column {n}, which is empty" for n in (3, 4)))),
        ("x,y,z\n1,,3\n,2,\nNA,nan,4\n", [[1, np.nan, 3], [np.nan, 2, np.nan], [np.nan, np.nan, 4]], ()),
        ("  1.5   2.5  \n 3.5   4.5\n", [[1.5, 2.5], [3.5, 4.5]], ()),
        ('"a,\nb";y\n1,5;2\n', [[1.5, 2]], ("decimal commas",)),
        ("+1e3,-.5\n2.,1E-2\n", [[1000, -0.5], [2, 0.01]], ()),
        ("a;b\n0,126;1,500\n", [[0.126, 1.5]], ("decimal commas",)),
        ('x,y\n"1,5",2\n3,"4,25"\n', [[1.5, 2], [3, 4.25]], ("decimal commas",)),
    ],
)  # fmt: skip
def test_what_spreadsheets_and_people_add_is_understood(text, x, notes, file):
    table = read_delimited(file(text))
    np.testing.assert_array_equal(table.x, x)
    assert table.notes == notes


def test_columns_are_chosen_by_name_or_number_and_others_may_hold_text(file):
    path = file('id,species,x,"y, cm"\n7,setosa,1.5,2.5\n9,"virginica, b",3,4\n')
    for columns in ('"y, cm",x', "y, cm;x", "4;3", "4,x"):
        table = read_delimited(path, columns=columns)
        np.testing.assert_array_equal(table.x, [[2.5, 1.5], [4, 3]])
        assert table.names == ("y, cm", "x")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,5\n2,7\n", r"in 2 ways: cells separated by commas .* 1 and 5; or one column .* 1\.5\. Set separator="),
        ("0,1\n0.5,0.25\n", "line 1 of .* is 0, 1, which may be names .* set header=yes or header=no"),
        ("1;2;3\n0.5;0.25;1\n", "which may be names"),
        ("2019,2020\n0.5,0.25\n0.5,3\n", "which may be names"),
        ("400.5,401.0,401.5\n0.5,0.25,0.1\n", "which may be names"),
        ("species,2019,2020\n1,0.5,0.25\n", "line 1 of .* has both text and numbers; set header=yes"),
        ("here,1\n1.5,2\n", "line 1 of .* has both text and numbers"),
        ("a;b\n1,234;2,345\n", "each comma .* may group thousands: set decimal=comma if it does not, else"),
        ("a;b\n1.234;2.345\n", "each point .* may group thousands: set decimal=point"),
        ("a;b\n1.234,5;2.345,6\n", r"line 2 of .* has '1\.234,5' in column a, which is no number"),
        ('x,y\n"1,234",5\n', "each comma .* may group thousands"),
        ("x\ty\n1,234.5\t2\n", r"line 2 of .* has '1,234\.5' in column x"),
        ("x;y\n1,5;here\n", "line 2 of .* has 'here' in column y"),
        ("x;y\n1,5;2.5\n", "line 2 of .* which is no number; write numbers ungrouped and with one decimal mark"),
        ("x,y\n1.5,2\n1,2,3\n", "line 3 of .* has 3 cells, and the lines before have 2"),
        ("x,y\n1.5,2\n\n# c\nhere,3\n", "line 5 of .* has 'here' in column x"),
        ("x,y\n1.5,2\n3;4\n", "line 3"),
        ("x,y,z\n1.5,2,3,4\n5.5,6,7,8\n", "column 1 of .* has no name"),
        ("x,y\n1.5,2,3,4\n", "line 2 of .* has 4 cells, and the header names 2 columns"),
        (",x,y\n7,0.5,1\n3,0.25,2\n", "column 1 of .* has no name; name it, or choose columns"),
        ("0,0.5,1.5\n1,0.25,2.5\n", "column 1 of .* numbers the rows; set columns=2;3 .* or columns=1;2;3 to keep it"),
        ("x,x\n1.5,2\n", "two columns of .* have the name x"),
        ('x,y\n1.5,"2\n', "line 2 of .* check its quotation marks"),
        ("x,y\n1_0,2\n", "line 2 of .* has '1_0'"),
        ("x,y\n١,2\n", "line 2 of .* has '١'"),
        ("x,y\n1,Infinity\n", "line 2 of .* has 'Infinity', which is not finite"),
        ("x,y\n", "has a header and no rows"),
        ("", "holds no rows"),
        ("sep=|\nx|y\n", r"states the separator '\|'; separators that are read are tab"),
        ("x" * 2_000_000, "line 1 of .* has more than 1,048,576 characters"),
        ("x,y\n1,2\n".encode("utf-16-le"), "is not a text file in UTF-8, UTF-16 or Windows-1252"),
        (b"x,y\n\x81\x8d,2\n", "is not a text file"),
        (b"\xef\xbb\xbfx,y\n\xff,2\n", "is not a text file"),
        (b"PK\x03\x04...", "a ZIP or a spreadsheet; save the sheet as CSV"),
    ],
)  # fmt: skip
def test_doubt_and_faults_are_refused_in_one_line_that_says_where_and_how(text, message, file):
    with pytest.raises(DataError, match=message) as caught:
        read_delimited(file(text))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "stated", "x"),
    [
        ("1,5\n2,8\n0,3\n", {"separator": "comma"}, [[1, 5], [2, 8], [0, 3]]),
        ("1,5\n2,8\n0,3\n", {"decimal": "comma"}, [[1.5], [2.8], [0.3]]),
        ("0,1\n0.5,0.25\n", {"header": "yes"}, [[0.5, 0.25]]),
        ("0,1\n0.5,0.25\n", {"header": "no"}, [[0, 1], [0.5, 0.25]]),
        ("a;b\n1,234;2,345\n", {"decimal": "comma"}, [[1.234, 2.345]]),
        ("a;b\n1.234;2.345\n", {"decimal": "point"}, [[1.234, 2.345]]),
        ("0,0.5,1.5\n1,0.25,2.5\n", {"columns": "2;3"}, [[0.5, 1.5], [0.25, 2.5]]),
        ("0,0.5\n1,0.25\n", {"columns": "1;2"}, [[0, 0.5], [1, 0.25]]),
    ],
)
def test_what_the_refusals_advise_helps(text, stated, x, file):
    np.testing.assert_array_equal(read_delimited(file(text), **stated).x, x)


def test_a_column_that_is_not_there_and_commas_for_two_things_are_refused(file):
    path = file("x,y\n1.5,2\n")
    with pytest.raises(DataError, match="there is no column 'z'; there are x, y"):
        read_delimited(path, columns="x;z")
    with pytest.raises(DataError, match="names a column twice"):
        read_delimited(path, columns="x;1")
    with pytest.raises(DataError, match=r"has '1\.5' in column x"):
        read_delimited(path, separator="comma", decimal="comma")
    with pytest.raises(DataError, match="has no decimal commas"):
        read_delimited(file("x,y\n1,2\n"), separator="comma", decimal="comma")


def test_points_of_a_data_frame_are_its_columns_and_a_third_column_asks(tmp_path):
    xy = np.random.default_rng(0).standard_normal((100, 2))
    path = tmp_path / "frame.csv"
    path.write_text(",x,y\n" + "".join(f"{n},{x!r},{y!r}\n" for n, (x, y) in enumerate(xy.tolist())))
    data = open_dataset(spelled("drawn", {"file": path}))
    rows = np.concatenate([data.train.x, data.valid.x, data.test.x])
    np.testing.assert_array_equal(rows[np.argsort(rows[:, 0])], xy[np.argsort(xy[:, 0])].astype(np.float32))
    assert data.content.notes == ("left out column 1, which has no name and numbers the rows",)
    path.write_text("t,x,y\n" + "".join(f"{n},{x!r},{y!r}\n" for n, (x, y) in enumerate(xy.tolist())))
    with pytest.raises(DataError, match="has 3 columns: t, x, y; points have 2: choose them, such as columns=2;3"):
        open_dataset(spelled("drawn", {"file": path}))
    chosen = open_dataset(spelled("drawn", {"file": path, "columns": "x,y"}))
    np.testing.assert_array_equal(chosen.train.x, data.train.x)
