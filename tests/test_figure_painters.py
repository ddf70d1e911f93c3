"""Figures: what is drawn lies where it should, in the right colours."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET

import matplotlib
import numpy as np
import pytest
from figure_frames import frames
from PIL import Image

from explorer.figures import PAINTERS, Style, figure, render
from explorer.figures.curves import smoothed, thinned
from explorer.figures.images import paint as paint_images
from explorer.figures.palette import DARK, LIGHT, PALETTES
from explorer.figures.points import cluster_places
from explorer.figures.scales import Scale, column, number, significant
from explorer.figures.sheet import Sheet
from models.frames import (
    Audio,
    Bars,
    Curves,
    Density,
    Drawing,
    Field,
    Film,
    Frame,
    Images,
    Label,
    Lines,
    Matrix,
    Paths,
    Plane,
    Points,
    Series,
    Stroke,
    Text,
)


def pixels(frame: Frame, **style: object) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(render(frame, Style(**style), "png"))).convert("RGB"))


def has_color(picture: np.ndarray, color: str, least: int = 4) -> bool:
    rgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)])
    return int((np.abs(picture.astype(int) - rgb).max(-1) <= 6).sum()) >= least


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pixels_that_are_not_drawn_yet_are_paper_and_roles_have_their_colours(theme: str) -> None:
    image = np.ones((4, 4))
    image[2:] = np.nan
    role_of = np.zeros((1, 4, 4), np.uint8)
    role_of[0, 0] = 1
    frame = Images(image[None, None], columns=1, role_of=role_of, roles=("model",), role_names=("drawn",))
    picture = pixels(frame, theme=theme, dpi=100).astype(int)
    palette = PALETTES[theme]
    role, paper = ([int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in (palette.role("model"), palette.paper))
    white = [255, 255, 255]
    column = picture[:, int(np.flatnonzero((picture == role).all(axis=2).sum(axis=0) > 10)[0]) + 2]
    top = int(np.flatnonzero((column == role).all(axis=1))[-1])
    height = int((column[: top + 1] == role).all(axis=1)[::-1].argmin())  # of one row of pixels
    assert (column[top + 1 : top + 1 + height] == white).all()
    assert (column[top + 1 + height : top + 1 + 3 * height] == paper).all()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_images_keep_every_pixel_and_raw_grey(theme: str) -> None:
    board = (np.indices((6, 5)).sum(0) % 2).astype(float)
    levels = np.linspace(0, 1, 30).reshape(6, 5)
    frame = Images(images=np.stack([board, levels])[:, None], columns=2)
    picture = pixels(frame, theme=theme, dpi=100).astype(int)
    expected = np.round(255 * np.concatenate([board, levels], 1))
    for k in range(60, 1, -1):  # the scale is whatever fits: the largest whose blocks are all there
        first = np.kron(board, np.ones((k, k))) * 255
        found = _find(picture, first)
        if found is not None:
            break
    assert found is not None, "the checkerboard is nowhere in the figure"
    top, left = found
    for gap in range(0, 30):
        second = picture[top : top + 6 * k, left + 5 * k + gap : left + 10 * k + gap]
        if (second == (np.kron(expected[:, 5:], np.ones((k, k))))[..., None]).all():
            break
    else:
        pytest.fail("the grey levels are nowhere to the right of the checkerboard")
    assert gap > 0
    paper = [int(PALETTES[theme].paper[i : i + 2], 16) for i in (1, 3, 5)]
    assert (picture[top : top + 6 * k, left + 5 * k : left + 5 * k + gap] == paper).all()


def _find(picture: np.ndarray, pattern: np.ndarray) -> tuple[int, int] | None:
    high, wide = pattern.shape
    for top in range(picture.shape[0] - high + 1):
        for left in range(min(40, picture.shape[1] - wide + 1)):
            # The left edge first: cheap.
            edge = (picture[top : top + high, left] == pattern[:, :1]).all()
            if edge and (picture[top : top + high, left : left + wide] == pattern[..., None]).all():
                return top, left
    return None


def test_a_sheet_has_no_gaps_and_colours_stay() -> None:
    colors = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0]], float)
    frame = Images(images=np.broadcast_to(colors[:, :, None, None], (4, 3, 4, 4)), columns=2, sheet=True)
    picture = pixels(frame, dpi=100)
    ys, xs = np.nonzero((picture != 255).any(-1))
    block = picture[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    high, wide = block.shape[0] // 2, block.shape[1] // 2
    assert high % 4 == 0
    expected = np.concatenate(
        [np.concatenate([np.tile(c, (high, wide, 1)) for c in row], 1) for row in colors.reshape(2, 2, 3)]
    )
    np.testing.assert_array_equal(block, expected * 255)


def test_images_larger_than_the_page_are_averaged() -> None:
    fine = np.indices((400, 400)).sum(0) % 2  # single pixels alternate: grey from afar
    picture = pixels(
        Images(images=np.broadcast_to(fine, (9, 1, 400, 400)).astype(float), columns=3, sheet=True), dpi=60
    )
    middle = picture[picture.shape[0] // 2 - 20 : picture.shape[0] // 2 + 20, 40:80].astype(float)
    assert abs(middle.mean() - 127.5) < 3
    assert np.ptp(middle) < 100


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("role", ["data", "model", "prior", "alt", "total"])
def test_roles_have_their_colours(theme: str, role: str) -> None:
    palette = PALETTES[theme]
    bars = Bars(labels=("a",), values=np.array([1.0]), roles=(role,))
    line = Curves(series=(Series("a", "a", np.arange(5.0), np.zeros(5), role),))
    for frame in (bars, line):
        picture = pixels(frame, theme=theme, dpi=150)
        assert has_color(picture, palette.role(role), 30)
        others = set(palette.roles) - {role, "total"}
        assert not any(has_color(picture, palette.role(other), 30) for other in others)


def test_the_map_of_a_discriminator_goes_from_model_over_paper_to_data() -> None:
    values = np.repeat(np.array([[0.0], [0.0], [0.5], [0.5], [1.0], [1.0]]), 6, 1)
    frame = Plane(layers=(Density(values, (0, 1, 0, 1), "real-fake"),), square=False)
    picture = pixels(frame, dpi=100).astype(float)
    # mix(bg2, colour, .62), by hand: 255 - .62 * (255 - c)
    model = [255 - 0.62 * (255 - c) for c in (0xA8, 0x5A, 0x00)]
    data = [255 - 0.62 * (255 - c) for c in (0x0A, 0x78, 0xA6)]
    centre = picture[:, int(0.6 * picture.shape[1])]
    rows_model = np.flatnonzero(np.abs(centre - model).max(1) < 2)
    rows_data = np.flatnonzero(np.abs(centre - data).max(1) < 2)
    rows_half = np.flatnonzero(np.abs(centre - (0xF5, 0xF6, 0xF8)).max(1) < 2)
    assert len(rows_model) > 5
    # The first row of the values is at the bottom.
    assert rows_data.max() < rows_half.min() <= rows_half.max() < rows_model.min()


def test_panes_share_x_and_series_of_one_pane_share_y() -> None:
    panes = [axes for axes in figure(frames()["curves"]).axes if axes.lines]
    assert len(panes) == 2
    assert panes[0].get_xlim() == panes[1].get_xlim() == (0.0, 299.0)
    assert panes[0].get_position().x0 == panes[1].get_position().x0
    assert panes[0].get_position().y0 > panes[1].get_position().y1
    low, high = panes[1].get_ylim()
    assert low <= 0
    assert high >= 50


def test_panes_with_series_of_one_name_are_told_apart_by_the_names_of_their_axes() -> None:
    x = np.arange(5.0)
    series = [Series(f"{name}{pane}", name, x, x, pane=pane, unit="nats") for pane in "PQ" for name in "AB"]
    assert {"P", "Q", "A", "B"} <= {text.get_text() for text in figure(Curves(tuple(series))).texts}


def test_a_dotted_series_is_drawn_as_dots_and_a_solid_one_is_not() -> None:
    x = np.arange(5.0)
    drawn = figure(Curves((Series("a", "A", x, x), Series("b", "B", x, 2 * x, "alt", dotted=True))))
    (axes,) = (a for a in drawn.axes if a.lines)
    solid, dotted = (line for line in axes.lines if len(line.get_xdata()) == 5)
    assert solid.get_linestyle() == "-"
    assert dotted.get_linestyle() == "--"  # what matplotlib calls any pattern
    assert dotted.get_dash_capstyle() == "round"


def test_bars_of_one_extent_are_drawn_to_one_scale() -> None:
    low, high = (Bars(("a",), np.array([value]), extent=(0.0, 4.0)) for value in (1.0, 4.0))
    limits = [next(a for a in figure(frame).axes if a.patches).get_xlim() for frame in (low, high)]
    assert limits[0] == limits[1]


def test_a_smoothed_series_is_drawn_over_its_raw_values() -> None:
    (axes, *_) = (a for a in figure(frames()["curves"]).axes if a.lines)
    raw, smooth = (line for line in axes.lines if len(line.get_xdata()) == 300)
    assert raw.get_alpha() == 0.25
    assert raw.get_linewidth() < smooth.get_linewidth()
    assert raw.get_zorder() < smooth.get_zorder()
    assert np.std(smooth.get_ydata()) < 0.5 * np.std(raw.get_ydata())


def test_smoothing_keeps_lines_and_the_first_value_and_lowers_noise() -> None:
    line = 3 - 0.5 * np.arange(1000.0)
    np.testing.assert_allclose(smoothed(line)[:940], line[:940], atol=1e-9)
    noise = np.random.default_rng(0).normal(size=20_000)
    # Twice a mean of 801: a triangle of squares summing to about 2 / (3 * 801).
    assert np.std(smoothed(noise)[4000:-1000]) == pytest.approx(np.sqrt(2 / (3 * 801)), rel=0.35)
    holes = line.copy()
    holes[::7] = np.nan
    assert np.isfinite(smoothed(holes)[10:]).all()


def test_thinning_keeps_peaks() -> None:
    x, y = np.arange(100_000.0), np.zeros(100_000)
    y[12_345], y[77_777] = 9, -4
    few_x, few_y = thinned(x, y, 500)
    assert len(few_x) <= 1000
    assert (few_y.max(), few_y.min()) == (9, -4)
    assert few_x[few_y.argmax()] == 12_345
    assert (np.diff(few_x) > 0).all()


def test_names_of_classes_stand_on_their_modes_and_apart() -> None:
    r = np.random.default_rng(1)
    centers = np.array([[-2.0, 0], [2.0, 1.0], [2.0, 1.0]])
    label = np.repeat(np.arange(3), 400)
    xy = centers[label] + r.normal(0, 0.3, (1200, 2))
    xy[:40] = (3.5, -3.5)  # a tenth of class 0 far away does not pull its name
    places = cluster_places(xy, label, [0, 1, 2], [(0.4, 0.3)] * 3, (-4, 4, -4, 4))
    assert np.hypot(*(np.array(places[0]) - centers[0])) < 0.4
    assert np.hypot(*(np.array(places[1]) - centers[1])) < 1.0
    gap = np.abs(np.array(places[1]) - np.array(places[2]))
    assert gap[0] >= 0.4 - 1e-9 or gap[1] >= 0.3 - 1e-9


def test_axes_are_square_in_data_units() -> None:
    axes = figure(frames()["points"], Style(width_mm=120, height_mm=60)).axes[0]
    box = axes.get_window_extent()
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    assert box.width / (x1 - x0) == pytest.approx(box.height / (y1 - y0), rel=0.01)


def test_arrows_are_as_long_as_the_layer_says() -> None:
    field = Field(np.zeros((2, 2)), np.array([[3.0, 4.0], [1.0, 0.0]]), longest=0.5)
    axes = figure(Plane(layers=(field,), extent=(-1, 1, -1, 1))).axes[0]
    (quiver,) = axes.collections
    assert np.hypot(quiver.U, quiver.V).max() / quiver.scale == pytest.approx(0.5)


def test_an_area_is_tinted_inside_its_outline_alone() -> None:
    square = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])

    def ink(**look: object) -> np.ndarray:
        lines = Lines(square, np.zeros(1, int), role="model", **look)
        return pixels(Plane((lines,), extent=(-2, 2, -2, 2)), width_mm=80, dpi=100).astype(int)

    bare, outline, area = ink(width=0.0), ink(width=2.0), ink(width=0.0, filled=True)
    tinted = np.abs(area - bare).max(-1) > 10
    rows, columns = np.flatnonzero(tinted.any(1)), np.flatnonzero(tinted.any(0))
    assert tinted[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].mean() > 0.95, "a whole rectangle"
    middle = (rows[0] + rows[-1]) // 2, (columns[0] + columns[-1]) // 2
    assert (outline[middle] == bare[middle]).all()
    line = np.abs(outline - bare).max(-1) > 10
    assert np.abs(np.flatnonzero(line.any(1))[[0, -1]] - rows[[0, -1]]).max() <= 3, "as large as the outline"


def test_scales() -> None:
    assert number(-1234567.5, 1) == "−1\u2009234\u2009567.5"
    assert number(-0.04, 1) == "0.0"
    assert significant(0.000032) == "3.2×10⁻⁵"
    assert Scale(0, 3000).ticks(4) == [(0, "0"), (1000, "1\u2009000"), (2000, "2\u2009000"), (3000, "3\u2009000")]
    assert [text for _, text in Scale(-1.2, 1.2).ticks(4)] == ["−1", "0", "1"]
    assert [value for value, _ in Scale(0.01, 1000, log=True).ticks(6)] == pytest.approx([0.01, 0.1, 1, 10, 100, 1000])
    assert Scale(1, 100, log=True).place(10) == pytest.approx(0.5)
    for low in (-7.3, 0.0, 1e-9, 1e9):
        for width in (1e-12, 0.37, 1e8):
            if low + width > low:
                assert 2 <= len(Scale(low, low + width).ticks(4)) <= 6


def test_terms_of_a_column_add_up_to_their_sum_as_printed() -> None:
    assert column([-22.4139, -22.9249, 0.511, 0.0566]) == ["−22.414", "−22.925", "0.511", "0.057"]
    assert column([3.0, 12.0, 0.0]) == ["3", "12", "0"]
    assert column([1e6, 0.0123]) == [significant(1e6), "0.0123"]
    assert column([np.nan, 1.5]) == ["not finite", "1.50"]


def test_changes_of_parameters_are_lines_and_in_the_legend() -> None:
    curves = Curves((Series("loss", "Loss", np.arange(9.0), np.ones(9)),), changes=(3.0, 5.0))
    axes = figure(curves).axes[0]
    assert [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--"][-2:] == [3.0, 5.0]


NOWHERE = Density(np.full((3, 3), np.nan), (0, 1, 0, 1))
FLAT = np.ones((4, 4)), (0, 1, 0, 1)
EMPTY = {
    "no layers": Plane(layers=()),
    "no points": Plane(layers=(Points(np.empty((0, 2)), np.empty(0, int)),)),
    "no arrows": Plane(layers=(Field(np.empty((0, 2)), np.empty((0, 2))), Field(np.ones((1, 2)), np.zeros((1, 2))))),
    "one point": Plane(layers=(Points(np.zeros((1, 2))),)),
    "not finite": Plane(
        layers=(Points(np.full((3, 2), np.nan), np.array([0, 1, -1])), Density(np.full((3, 3), np.nan), (0, 1, 0, 1)))
    ),
    "flat map": Plane(layers=(Density(*FLAT), Density(*FLAT, contours=(1.0,)))),
    "no lines": Plane(layers=(Lines(np.empty((0, 2)), np.empty(0, int)),)),
    "no areas": Plane(layers=(Lines(np.full((3, 2), np.nan), np.zeros(1, int), filled=True, width=0.0),)),
    "no series": Curves(series=()),
    "no steps": Curves(series=(Series("a", "a", np.empty(0), np.empty(0), smooth=True),)),
    "one step": Curves(series=(Series("a", "a", np.zeros(1), np.ones(1), smooth=True),)),
    "all nan": Curves(series=(Series("a", "a", np.arange(200), np.full(200, np.nan), smooth=True),)),
    "log of 0": Curves(series=(Series("a", "a", np.arange(5), np.arange(5.0) - 1),), log_x=True, log_y=True),
    "no images": Images(images=np.empty((0, 1, 8, 8))),
    "no bars": Bars(labels=(), values=np.empty(0)),
    "nan bar": Bars(labels=("a", "b"), values=np.array([np.nan, np.inf])),
    "small matrix": Matrix(values=np.zeros((1, 1))),
    "nan matrix": Matrix(values=np.array([[np.nan, 1.0], [2e-9, -np.inf]])),
    "no sound": Audio(samples=np.empty(0), rate=8000),
    "silence": Audio(samples=np.zeros(50), rate=8000),
    "no paths": Plane(layers=(Paths(np.empty((0, 5, 2))), Paths(np.zeros((3, 0, 2))), Paths(np.zeros((3, 1, 2))))),
    "nan paths": Plane(
        layers=(Paths(np.full((2, 3, 2), np.nan)), Paths(np.eye(4).reshape(2, 4, 2), np.full((2, 4), np.nan)))
    ),
    "no text": Text(()),
    "empty lines": Text(("", "")),
    "no drawing": Drawing(),
    "drawing of a point": Drawing(
        (Stroke(np.zeros((1, 2))), Stroke(np.full((3, 2), np.nan), filled=True)), (Label(0, 0, ""),)
    ),
    "film of one": Film((Images(images=np.zeros((1, 1, 3, 3))),), np.zeros(1), ""),
    "film of nothing": Film(
        (Images(images=np.empty((0, 1, 8, 8))), Images(images=np.zeros((9, 1, 3, 3)))), np.arange(2), "t"
    ),
    "film of empty planes": Film((Plane(layers=()), Plane(layers=(Density(*FLAT),))), np.arange(2), "t"),
}


@pytest.mark.parametrize("name", list(EMPTY))
def test_what_is_empty_or_not_finite_can_be_drawn_and_written(name: str) -> None:
    for theme in ("light", "dark"):
        assert pixels(EMPTY[name], theme=theme, dpi=50).shape[2] == 3
    ET.fromstring(render(EMPTY[name], None, "svg"))
    assert render(EMPTY[name], None, "csv").endswith(b"\n")


def test_long_texts_stay_on_the_page() -> None:
    text = "a subtitle of many words that goes on and on " * 4
    series = [Series(f"s{k}", f"series number {k}", np.arange(3), np.arange(3)) for k in range(9)]
    frame = Curves(series=tuple(series), subtitle=text, note=text)
    drawn = figure(frame, Style(title=text, dpi=100))
    page = drawn.bbox
    with matplotlib.rc_context({"text.hinting": "none"}):  # as figures are written
        boxes = [label.get_window_extent() for label in drawn.texts]
    for box in boxes:
        assert box.x0 >= page.x0
        assert box.x1 <= page.x1
        assert box.y0 >= page.y0
        assert box.y1 <= page.y1


def test_a_page_may_be_as_small_as_a_style_allows() -> None:
    for frame in frames().values():
        assert pixels(frame, width_mm=20, dpi=100).shape[1] == round(20 / 25.4 * 100)


def test_themes_have_ten_classes_apart() -> None:
    for palette in (LIGHT, DARK):
        assert len(set(palette.classes)) == 10
        assert len(set(palette.roles.values())) == 5
    assert paint_images is PAINTERS[Images]
    assert Sheet(frames()["bars"], Style()).palette is LIGHT


PLACE = np.full((30, 2), 1e5)
EMPTY_BOXES = {
    "no width and height": (1e5, 1e5, 1e5, 1e5),
    "no width": (1e5, 1e5, 0.0, 2e5),
    "no height": (0.0, 2e5, 1e5, 1e5),
    "less than rounding errors": (1e5, 1e5 + 1e-11, 1e5, 1e5),
    "ends exchanged": (1.5e5, 0.5e5, 0.5e5, 1.5e5),
    "not finite": (float("nan"), float("inf"), 0.0, 1.0),
    "none": None,
}


@pytest.mark.parametrize("square", [True, False])
@pytest.mark.parametrize("extent", EMPTY_BOXES.values(), ids=EMPTY_BOXES)
def test_a_plane_whose_box_is_empty_shows_its_points(extent: tuple[float, ...] | None, square: bool) -> None:
    plane = Plane((Points(PLACE, role="model", size=8.0),), extent=extent, square=square)
    assert has_color(pixels(plane, dpi=100), LIGHT.role("model"))
    film = Film((plane, plane), np.arange(2.0), "t")
    assert has_color(pixels(film, dpi=100), LIGHT.role("model"))


@pytest.mark.parametrize("contours", [(), (0.5,)])
@pytest.mark.parametrize("extent", [box for box in EMPTY_BOXES.values() if box])
def test_a_map_without_size_is_no_reason_to_draw_nothing(
    extent: tuple[float, ...], contours: tuple[float, ...]
) -> None:
    density = Density(np.eye(4), extent, role="model", contours=contours)
    assert has_color(pixels(Plane((density, Points(PLACE, role="data", size=8.0))), dpi=100), LIGHT.role("data"))


@pytest.mark.parametrize("log_x", [False, True])
def test_curves_over_a_range_without_length_are_drawn(log_x: bool) -> None:
    series = Series("a", "a", np.full(2, 3.0), np.array([1.0, 2.0]), "model")
    frame = Curves((series,), x_range=(3.0, 3.0), y_ranges=(("", 1.5, 1.5),), log_x=log_x)
    assert has_color(pixels(frame, dpi=100), LIGHT.role("model"))
