"""Figures: pages, texts, axes and legends."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from figure_frames import frames
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont
from PIL import Image

import models
from explorer.figures import SIZES, Style, default_title, figure, render
from explorer.figures.palette import LIGHT
from explorer.figures.points import do_overlap
from models.frames import Curves, Density, Frame, Images, Paths, Plane, Points, Series

EXTENT = (-1.0, 1.0, -1.0, 1.0)


def words(drawn: Figure) -> list[str]:
    return [text.get_text() for text in drawn.texts]


def ink(frame: Frame, **style: object) -> np.ndarray:
    """Where a figure on white paper has ink, (height, width)."""
    picture = np.asarray(Image.open(io.BytesIO(render(frame, Style(**style), "png"))).convert("RGB"))
    return (picture != 255).any(-1)


def panes(frame: Curves, style: Style | None = None) -> list:
    return [axes for axes in figure(frame, style).axes if axes.lines]


def slide(title: str = "") -> Style:
    size = SIZES["slide"]
    return Style(width_mm=size.width_mm, height_mm=size.height_mm, font_size=size.font_size, title=title, dpi=72)


# Fonts


@pytest.mark.parametrize(
    ("bold", "mono", "file"),
    [(0, 0, "Inter-Regular.ttf"), (1, 0, "Inter-SemiBold.ttf"), (0, 1, "JetBrainsMono-Regular.ttf")],
)
def test_fonts_are_those_of_the_window(bold: bool, mono: bool, file: str) -> None:
    from explorer.figures.fonts import font

    assert findfont(font(7.0, bold, mono)).endswith(f"assets/fonts/{file}")


def test_a_character_that_inter_lacks_is_drawn_in_another_font(caplog: pytest.LogCaptureFixture) -> None:
    missing, box = (Curves((Series("a", text, np.arange(3), np.arange(3)),)) for text in ("∇", "\ue123"))
    found = ink(missing, dpi=150)
    with pytest.warns(UserWarning, match="missing from font"):
        nowhere = ink(box, dpi=150)
    assert (found != nowhere).any(), "not the box of a character that no font has"
    caplog.clear()
    ink(missing, title="∇ of G")
    assert not [record for record in caplog.records if "findfont" in record.getMessage()]


# Names of axes


def test_each_pane_has_its_name_and_says_where_its_axis_is_logarithmic() -> None:
    x = np.arange(1.0, 5.0)
    series = Series("d", "D", x, x, pane="loss"), Series("q", "Quality", x, x, pane="energy distance")
    frame = Curves(series, log_panes=("energy distance",))
    assert {"loss", "energy distance, log", "step"} <= set(words(figure(frame)))
    assert {"loss, nats", "energy distance, nats, log"} <= set(words(figure(replace(frame, y_label="nats"))))
    upright = [text for text in figure(frame).texts if text.get_rotation() == 90]
    places = [text.get_position()[1] for text in upright]
    middles = [axes.get_position().y0 + axes.get_position().height / 2 for axes in panes(frame)]
    assert places == pytest.approx(middles, abs=0.02)


def test_the_name_of_an_axis_with_names_of_values_stands_beside_them() -> None:
    drawn = figure(replace(frames()["named"], y_label="mode"))
    drawn.canvas.draw()
    name = next(text for text in drawn.texts if text.get_rotation() == 90).get_window_extent()
    values = [text.get_window_extent() for text in drawn.texts if text.get_text() in ("N", "E")]
    assert len(values) == 2
    assert all(name.x1 <= value.x0 for value in values)


# Ranges


def test_curves_have_the_range_that_they_set() -> None:
    frame = replace(frames()["curves"], x_range=(20.0, 80.0), y_ranges=(("kl", 3.0, 4.0),))
    upper, lower = panes(frame)
    assert upper.get_xlim() == lower.get_xlim() == (20.0, 80.0)
    assert lower.get_ylim() == (3.0, 4.0)
    assert upper.get_ylim() != (3.0, 4.0)


def test_the_first_steps_of_training_do_not_set_the_range() -> None:
    x = np.arange(1000.0)
    y = -27.0 - 20.0 * np.exp(-x / 4)
    drawn = figure(Curves((Series("elbo", "ELBO", x, y, smooth=True),)))
    low, high = next(axes for axes in drawn.axes if axes.lines).get_ylim()
    assert -27.5 < low < -27.0 < high < -26.5
    assert any(text.startswith("↓ to −4") for text in words(drawn))


# Wide pages


def heat(extent: tuple[float, float, float, float] = EXTENT) -> Density:
    return Density(np.zeros((8, 8)), extent, "real-fake", 0.0, 1.0, name="D")


def test_a_square_map_on_a_slide_fills_its_height_beside_its_texts() -> None:
    frame = Plane((heat(),), extent=EXTENT, subtitle="a subtitle", note="A note.")
    drawn = figure(frame, slide("A title"))
    plot = next(axes for axes in drawn.axes if axes.get_xlim() == (-1.0, 1.0)).get_position()
    assert plot.height > 0.85
    assert plot.x1 > 0.97
    drawn.canvas.draw()
    boxes = [
        text.get_window_extent() for text in drawn.texts if text.get_text() in ("A title", "a subtitle", "A note.")
    ]
    assert len(boxes) == 3
    assert all(box.x1 < plot.x0 * drawn.bbox.width for box in boxes)


@pytest.mark.parametrize("name", list(frames()))
def test_no_figure_leaves_the_right_half_of_a_slide_empty(name: str) -> None:
    if name == "text":
        pytest.skip("its lines are as short as they are")
    inked = ink(frames()[name], width_mm=254, height_mm=143, font_size=15, dpi=60, title="A title")
    assert inked[:, int(0.6 * inked.shape[1]) :].any()
    assert inked[:, : int(0.4 * inked.shape[1])].any()


def test_a_map_that_is_known_farther_out_fills_a_wide_page() -> None:
    wide = Plane((heat((-3.0, 3.0, -1.2, 1.2)),), extent=EXTENT)
    axes = next(a for a in figure(wide, slide()).axes if a.get_xlim()[1] > 1.0)
    low, high = axes.get_xlim()
    assert -3.0 <= low < -1.2
    assert high == pytest.approx(-low)
    assert axes.get_position().width > 0.85
    column = next(a for a in figure(wide).axes if a.get_xlim()[0] < -0.5)
    assert column.get_xlim() == pytest.approx((-1.0, 1.0), abs=0.01)


def test_images_on_a_slide_stand_beside_their_texts_at_any_resolution() -> None:
    frame = Images(np.ones((64, 1, 28, 28)), subtitle="samples")
    for dpi in (48, 200):
        inked = ink(replace(frame, images=np.zeros((64, 1, 28, 28))), **{**vars(slide("A title")), "dpi": dpi})
        assert inked[:, int(0.8 * inked.shape[1])].any()


def test_text_on_a_slide_is_larger_than_in_a_journal() -> None:
    sizes = {name: size.font_size for name, size in SIZES.items()}
    assert sizes["slide"] >= 14
    assert all(7 <= sizes[name] <= 10 for name in ("column", "text", "double"))


# Titles


def test_the_default_title_says_view_data_model_and_step() -> None:
    identity = {"page": "gan", "data": "ring8:std=0.05", "step": 1206}
    assert default_title("Samples", identity) == "Samples · Ring of 8 Gaussians · GAN in the plane · step 1\u2009206"
    lab = {"page": "likelihood-ratio", "data": "moons", "step": 0}
    assert default_title("Losses", lab) == f"Losses · Two moons · {models.find_page('likelihood-ratio').title}"
    assert default_title("Coin", {"page": "no such page", "step": 0}) == "Coin"


def test_a_number_in_thousands_is_not_broken_between_lines() -> None:
    drawn = figure(frames()["bars"], Style(width_mm=30, title="step 1\u2009206 " * 4))
    lines = [line for line in words(drawn) if "206" in line]
    assert len(lines) > 1
    assert all(line.count("1\u2009206") == line.count("206") for line in lines)


# Legends


def clouds(apart: float) -> Points:
    r = np.random.default_rng(0)
    label = np.repeat([0, 1], [200, 400])
    xy = r.normal(0, 0.3, (600, 2)) + np.stack([apart * label, 0 * label], 1)
    return Points(xy, label, ("cat", "dog"))


@pytest.mark.parametrize(("apart", "chosen", "listed"), [
    (4.0, None, False), (0.05, None, True), (4.0, True, True), (0.05, False, False),
])  # fmt: skip
def test_classes_that_overlap_have_a_legend_others_on_request(apart: float, chosen: bool | None, listed: bool) -> None:
    frame = Plane((clouds(apart),))
    assert do_overlap(clouds(apart), (-2, 6, -4, 4)) is (apart < 1)
    drawn = figure(frame, Style(class_legend=chosen))
    assert ({"cat", "dog"} <= set(words(drawn))) is listed
    dots = {line.get_color() for line in drawn.artists}
    assert (dots == {LIGHT.of_class(0), LIGHT.of_class(1)}) is listed


def test_the_legend_lists_a_trail_where_it_is_drawn() -> None:
    cloud = Points(np.zeros((3, 2)), role="model", name="paths", trail="probes")
    way = Paths(np.zeros((3, 5, 2)), role="model", name="paths")
    assert "paths" not in words(figure(Plane((cloud,))))
    assert words(figure(Plane((way, cloud)))).count("paths") == 1
