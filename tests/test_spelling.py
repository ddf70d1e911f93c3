"""How datasets are written: values with commas, marks and blanks come back from their own text, wherever it is kept."""

from __future__ import annotations

import json
import shlex

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from explorer.cli import main
from explorer.data import DataError, open_dataset, source
from explorer.data.spelling import read_spelling, spelled
from explorer.engine import Setup, load_run
from explorer.engine.naming import data_words

XY = np.random.default_rng(3).standard_normal((200, 2))
ODD = [
    "a,b.csv",
    "a=b.csv",
    "a b.csv",
    " a.csv",
    "it's.csv",
    "'a'.csv",
    'a "b", c.csv',
    '"a,b"',
    "a:b,n=3.csv",
    "ä,ö.csv",
]


@given(st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), st.text(), max_size=3))
@example({"file": '"'})
@example({"file": "a\n,b"})
def test_what_is_written_is_read_back(values):
    assert read_spelling(spelled("name", values)) == ("name", values)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("d:file='a,b.csv'", "a,b.csv"),
        ("d: file = 'it''s, so' ,n=3", "it's, so"),
        ('d:file="a ""b"".csv"', 'a "b".csv'),
        ("d:file=a=b.csv", "a=b.csv"),
        ("d:file=my face", "my face"),
        ("d:file=it's", "it's"),
    ],
)
def test_either_mark_quotes_and_plain_values_need_none(text, value):
    assert read_spelling(text)[1]["file"] == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('d:file="a,b', 'the quotation mark " is not closed'),
        ("d:file='it's'", "\"s'\" follows the quotation mark '"),
        ("d:file=a,b.csv", "'b.csv' is not a parameter; write d:name=value"),
        ("d:file=a,file=b", "file is given twice"),
    ],
)
def test_what_is_wrong_with_a_text_is_one_line(text, message):
    with pytest.raises(DataError, match=message) as caught:
        read_spelling(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ODD)
def test_a_file_of_any_name_is_opened_and_its_text_opens_it_again(name, tmp_path):
    path = tmp_path / name
    path.write_text("x,y\n" + "".join(f"{x!r},{y!r}\n" for x, y in XY.tolist()))
    text = spelled("drawn", {"file": str(path), "header": "yes"})
    assert source(text).file == str(path)
    assert str(source(text)) == text
    assert len(open_dataset(text).train) == 160
    assert data_words(text) == f"Drawn points, {name}, header yes"


@pytest.mark.parametrize("name", ["a,b.csv", 'my "best" data = 1.csv'])
def test_a_run_on_a_file_of_an_odd_name_is_trained_from_the_command_line_and_opened(
    name, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("DGM_EXPLORER_HOME", str(tmp_path / "home"))
    (tmp_path / name).write_text("x,y\n" + "".join(f"{x!r},{y!r}\n" for x, y in XY.tolist()))
    typed = shlex.split("--data " + shlex.quote(spelled("drawn", {"file": str(tmp_path / name)})))
    command = [
        "train",
        "gan",
        *typed,
        "--steps",
        "2",
        "--set",
        "batch=8",
        "--device",
        "cpu",
        "--out",
        str(tmp_path / "run"),
    ]
    assert main(command) == 0
    stored = json.loads((tmp_path / "run" / "config.json").read_text())["data"]
    assert source(stored).file == str(tmp_path / name)
    assert load_run(tmp_path / "run").data.name == Setup.of("gan", data=stored).data == stored
    capsys.readouterr()
