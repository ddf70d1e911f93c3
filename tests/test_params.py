"""Declarations: parameters and their checks, views and their mistakes, kinds of data."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.frames import Bars, Images
from models.protocol import (
    BadValue,
    DataBatch,
    DataSpec,
    Doubtful,
    Image,
    LatentPoint,
    Noise,
    Planar,
    Simulated,
    Table,
    Tokens,
    View,
    Waveform,
    accepted,
    build,
    kind_from_json,
    param,
    params_of,
    read_number,
    settings,
    view,
    views_of,
)

MARKS = st.sampled_from([",", ".", " ", "\u2009", "\u202f", "\u00a0", "_", "'", "\u2019"])


@given(st.integers(1_000_000, 10**17), MARKS, st.sampled_from(["", "-", "−", "+"]))
def test_a_number_of_several_groups_is_read_by_any_mark(number, mark, sign):
    text = sign + f"{number:,}".replace(",", mark)
    assert read_number(text) == read_number(text, whole=True) == (-number if sign in ("-", "−") else number)


@given(st.integers(1_000, 10**9), MARKS, st.sampled_from([",", "."]), st.integers(0, 99))
def test_decimals_follow_the_mark_that_does_not_group(number, mark, point, hundredths):
    if mark != point:
        grouped = f"{number:,}".replace(",", mark)
        assert read_number(f"{grouped}{point}{hundredths:02}") == pytest.approx(number + hundredths / 100, rel=1e-15)


@given(st.integers(1, 999), st.integers(0, 999))
def test_one_mark_before_three_digits_is_read_as_the_program_writes_it_or_is_doubtful(head, tail):
    comma, point, thousands, decimals = f"{head},{tail:03}", f"{head}.{tail:03}", 1000 * head + tail, head + tail / 1000
    assert read_number(comma, whole=True) == thousands
    assert read_number(point) == pytest.approx(decimals, rel=1e-15)
    for text, whole in ((comma, False), (point, True), (f"{comma}e2", True)):
        with pytest.raises(Doubtful) as error:
            read_number(text, whole=whole)
        assert [float(part) for part in re.findall(r"[\d.]+(?:e\+\d+)?", str(error.value).partition("mean")[2])] == (
            pytest.approx([decimals * 100, thousands * 100] if "e" in text else [decimals, thousands])
        )


@pytest.mark.parametrize("text", ["", "-", ".", "1,2,3", "1,23,456", "1 00", "1_0", "0x1f", "nan", "inf", "∞", "1e999",
                                  "--1", "1e5e5", "10 k", "1\n000", "0,000,000", "1.000,000.0"])  # fmt: skip
@pytest.mark.parametrize("whole", [False, True])
def test_what_is_not_a_number_is_not_guessed(text, whole):
    with pytest.raises(ValueError, match=r"is not a number|is too large"):
        read_number(text, whole=whole)


@dataclass(frozen=True)
class Config:
    width: int = param(4, "Width", 1, 64, log=True)
    rate: float = param(1, "Rate ρ", 0.0, unit="nats", live=True, help="How fast.")
    fast: bool = param(False, "Fast")
    net: str = param("mlp", "Network", choices={"mlp": "MLP", "conv": "Convolutional"})
    name: str = param("a", "Name", when=lambda config: config.fast)
    kept: int = 3  # no parameter


def test_params_come_in_order_with_types_and_limits():
    declared = params_of(Config)
    assert list(declared) == ["width", "rate", "fast", "net", "name"]
    assert [p.type for p in declared.values()] == [int, float, bool, str, str]
    assert isinstance(declared["rate"].default, float)
    assert (declared["width"].low, declared["width"].high, declared["rate"].high) == (1, 64, None)
    assert (declared["rate"].unit, declared["rate"].live, declared["width"].live) == ("nats", True, False)
    assert not declared["name"].when(Config())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"width": "8"}, 8),
        ({"width": 8.0}, 8),
        ({"width": "64"}, 64),
        ({"rate": "1e-3"}, 1e-3),
        ({"rate": 2}, 2.0),
        ({"fast": "yes"}, True),
        ({"fast": "OFF"}, False),
        ({"fast": True}, True),
        ({"net": "conv"}, "conv"),
    ],
)
def test_values_get_the_type_of_their_parameter(values, expected):
    ((name, _),) = values.items()
    found = getattr(build(Config, values), name)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"width": 0}, "width takes a whole number from 1 to 64, not 0"),
        ({"width": 65}, "width takes a whole number from 1 to 64, not 65"),
        ({"width": 2.5}, "width takes a whole number from 1 to 64, not 2.5"),
        ({"width": "many"}, "width takes a whole number from 1 to 64, not 'many'"),
        ({"width": True}, "width takes a whole number"),
        ({"width": None}, "width takes a whole number"),
        ({"rate": -1}, "rate takes a number of at least 0, not -1"),
        ({"rate": "nan"}, "rate takes a number of at least 0, not 'nan'"),
        ({"rate": float("inf")}, "rate takes a number"),
        ({"fast": "maybe"}, "fast takes true or false, not 'maybe'"),
        ({"net": "cnn"}, "net takes mlp or conv, not cnn"),
        ({"name": 3}, "name takes text, not 3"),
        ({"kept": 4}, "there is no parameter kept; there are width, rate, fast, net, name"),
    ],
)
def test_other_values_are_refused_in_one_line(values, message):
    with pytest.raises(BadValue) as caught:
        build(Config, values)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
    assert caught.value.field == next(iter(values))


@given(st.one_of(st.integers(), st.floats(), st.text(max_size=5), st.booleans(), st.none()))
def test_a_checked_value_is_within_the_limits_whatever_is_given(value):
    declared = params_of(Config)["width"]
    try:
        found = declared.check(value)
    except BadValue:
        return
    assert isinstance(found, int)
    assert 1 <= found <= 64


def test_only_plain_types_can_be_declared():
    @dataclass(frozen=True)
    class Wrong:
        field: complex = param(1j, "Complex")

    with pytest.raises(TypeError, match="field is annotated"):
        params_of(Wrong)


def test_settings_leave_a_function_that_can_be_called():
    @settings
    def evaluate(x: int, *, K: int = param(5, "K", 1)) -> int:
        return x * K

    assert evaluate(2) == 10
    assert evaluate(2, K=3) == 6
    assert evaluate.__params__["K"].label == "K"


# Views


class Page:
    @view("One", sets=LatentPoint, splits=("test", "train"))
    def one(self, batch: DataBatch, size: float = param(1.0, "Size", 0, 2)) -> Bars:
        return Bars(("size",), np.array([size]))

    @view("Many", grad=True, record=True)
    def many(self, z: LatentPoint) -> Iterator[Images]:
        yield Images(np.zeros((1, 1, 2, 2)))

    def plain(self) -> int:
        return 1


class Child(Page):
    @view("One, otherwise")
    def one(self) -> Bars:
        return Bars(("none",), np.zeros(1))

    @view("New")
    def new(self) -> Bars:
        return Bars(("new",), np.zeros(1))


def test_a_view_knows_its_inputs_params_and_frame():
    views = views_of(Page)
    assert list(views) == ["one", "many"]
    one, many = views.values()
    assert (dict(one.inputs), list(one.params), one.frame, one.streams) == ({"batch": DataBatch}, ["size"], Bars, False)
    assert (dict(many.inputs), dict(many.params), many.frame, many.streams) == ({"z": LatentPoint}, {}, Images, True)
    assert (one.sets, one.splits, many.grad, many.record) == (LatentPoint, ("test", "train"), True, True)
    assert Page().one(None).values.tolist() == [1.0]  # the default is a plain value


def test_a_page_has_the_views_of_its_own_class_and_those_it_lists():
    assert list(views_of(Child)) == ["one", "new"]
    listed = type("Listed", (Child,), {"views": (Page.many, Page.one.but(title="One, listed"))})
    assert {name: view.title for name, view in views_of(listed).items()} == {
        "many": Page.many.title,
        "one": "One, listed",
    }


def test_a_view_is_shown_where_its_condition_holds():
    shown = dataclasses.replace(views_of(Page)["one"], when=lambda config, _: config.fast)
    assert isinstance(shown, View)
    assert not shown.applies(Page, Config())
    assert shown.applies(Page, Config(fast=True))


def test_mistakes_in_views_are_found_when_they_are_declared():
    with pytest.raises(TypeError, match=r"x is neither a param\(...\) nor one of DataBatch"):

        @view("Wrong input")
        def wrong_input(self, x: int) -> Bars: ...

    with pytest.raises(TypeError, match="must return a frame"):

        @view("Wrong frame")
        def wrong_frame(self) -> int: ...

    with pytest.raises(TypeError, match="must return a frame"):

        @view("No frame")
        def no_frame(self): ...


# Kinds

KINDS = [Planar(), Image(1, 8, 8, "grey"), Image(3, 32, 32, "colour"), Table(7), Waveform(100, 8000), Tokens(9, 30)]
KINDS.append(Simulated(10, "regression sigma=0.5"))


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_kinds_come_back_from_json(kind):
    assert kind_from_json(json.loads(json.dumps(kind.to_json()))) == kind
    spec = DataSpec(kind, 10, ("a", "b"), (0.5,), (2.0,))
    assert DataSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec


@pytest.mark.parametrize("stored", [{}, {"kind": "Cube"}, {"kind": "Planar", "side": 3}])
def test_what_is_no_kind_is_refused(stored):
    with pytest.raises(ValueError, match="names no kind of data"):
        kind_from_json(stored)


@pytest.mark.parametrize(
    ("kind", "shape"), list(zip(KINDS, [(2,), (1, 8, 8), (3, 32, 32), (7,), (100,), (9,), (10,)], strict=True)), ids=str
)
def test_kinds_have_the_shape_of_a_datum(kind, shape):
    assert kind.shape == shape


@pytest.mark.parametrize("kind", [Image(1, 8, None), Table(), Simulated(), Waveform(), Tokens()])
def test_open_kinds_have_no_shape(kind):
    with pytest.raises(TypeError, match="leaves its"):
        _ = kind.shape


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (Image, True),
        (Image(), True),
        (Image(values="grey"), True),
        (Image(1, 8, 8, "grey"), True),
        (Image(values="colour"), False),
        (Image(h=28), False),
        (Planar, False),
        (Table(64), False),
    ],
)
def test_a_kind_fits_what_leaves_open_or_equals_its_fields(wanted, fits):
    assert Image(1, 8, 8, "grey").fits(wanted) is fits
    assert accepted(Image(1, 8, 8, "grey"), (Tokens, wanted)) is fits


def test_a_view_may_stand_above_the_class_of_its_model():
    source = """
from __future__ import annotations
import numpy as np
from models.frames import Bars
from models.protocol import Noise, param, view

@view("Above")
def above(model: Later, noise: Noise, n: int = param(2, "Bars", 1, 9)) -> Bars:
    return Bars(("one",) * n, np.ones(n))

class Later:
    views = (above,)
"""
    names: dict[str, object] = {}
    exec(compile(source, "later", "exec"), names)
    declared = views_of(names["Later"])["above"]
    assert (dict(declared.inputs), list(declared.params), declared.frame) == ({"noise": Noise}, ["n"], Bars)
    assert len(declared(None, Noise(), n=3).values) == 3
