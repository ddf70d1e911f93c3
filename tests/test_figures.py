"""Figures: every kind of frame in every format, written and read back."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from figure_frames import IDENTITY, frames
from PIL import Image

from explorer.figures import FORMATS, PAINTERS, FigureError, Style, figure, render, save
from explorer.figures.palette import PALETTES
from models.frames import (
    FRAMES,
    Curves,
    Frame,
    Plane,
    Points,
    Series,
    Text,
    arrays_of,
)

FRAME_NAMES = tuple(frames())


def table(content: bytes) -> tuple[dict[str, object], list[dict[str, str]]]:
    """The identity and the rows of a CSV."""
    lines = content.decode().splitlines()
    head = [line[2:].split(": ", 1) for line in lines if line.startswith("# ")]
    rows = list(csv.DictReader(line for line in lines if not line.startswith("# ")))
    return {key: json.loads(value) for key, value in head}, rows


def column(rows: list[dict[str, str]], name: str) -> np.ndarray:
    return np.array([row[name] for row in rows], float)


def pixels(frame: Frame, **style: object) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(render(frame, Style(**style), "png"))).convert("RGB"))


def test_every_kind_of_frame_has_a_painter() -> None:
    assert set(PAINTERS) == set(FRAMES)
    assert {type(frame) for frame in frames().values()} == set(FRAMES)


@pytest.mark.parametrize("name", FRAME_NAMES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_png_has_its_size_paper_and_identity(name: str, theme: str, tmp_path: Path) -> None:
    style = Style(width_mm=90, height_mm=100, dpi=110, theme=theme, title="Title")
    path = save(frames()[name], tmp_path / "figure.PNG", style=style, identity=IDENTITY)
    with Image.open(path) as image:
        assert image.size == (round(90 / 25.4 * 110), round(100 / 25.4 * 110))
        assert image.info["dpi"][0] == pytest.approx(110, abs=0.1)
        known = json.loads(image.text["identity"])
        assert image.text["Title"] == "Title"
        corner = "#{:02x}{:02x}{:02x}".format(*image.convert("RGB").getpixel((0, 0)))
    assert known | IDENTITY == known
    assert corner == PALETTES[theme].paper
    assert [p.name for p in tmp_path.iterdir()] == ["figure.PNG"]
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("name", FRAME_NAMES)
def test_svg_parses_and_holds_size_and_identity(name: str, tmp_path: Path) -> None:
    path = save(
        frames()[name], tmp_path / "f.svg", style=Style(width_mm=60, height_mm=80, title="Title"), identity=IDENTITY
    )
    root = ET.parse(path).getroot()
    assert float(root.get("width").removesuffix("pt")) == pytest.approx(60 / 25.4 * 72, abs=0.25)
    assert float(root.get("height").removesuffix("pt")) == pytest.approx(80 / 25.4 * 72, abs=0.25)
    known = json.loads(root.find(".//{http://purl.org/dc/elements/1.1/}description").text)
    assert known | IDENTITY == known
    texts = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    outlined = ET.fromstring(render(frames()[name], Style(title="Title", outlines=True), "svg"))
    assert not list(outlined.iter("{http://www.w3.org/2000/svg}text"))
    assert "Title" in texts
    assert root.find(".//{http://purl.org/dc/elements/1.1/}date") is None


@pytest.mark.parametrize("name", FRAME_NAMES)
def test_pdf_has_its_page_its_fonts_and_identity(name: str, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    style = Style(width_mm=60, height_mm=80, title="Title")
    path = save(frames()[name], tmp_path / "f.pdf", style=style, identity=IDENTITY)
    reader = pypdf.PdfReader(path)
    (page,) = reader.pages
    assert float(page.mediabox.width) == pytest.approx(60 / 25.4 * 72, abs=0.25)
    assert float(page.mediabox.height) == pytest.approx(80 / 25.4 * 72, abs=0.25)
    known = json.loads(reader.metadata["/Subject"])
    assert known | IDENTITY == known
    assert reader.metadata["/Title"] == "Title"
    assert "step=420" in reader.metadata["/Keywords"]
    assert "/CreationDate" not in reader.metadata
    fonts = [o.get_object() for o in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        if "/DescendantFonts" in font:
            font = font["/DescendantFonts"][0].get_object()
        assert "/FontFile2" in font["/FontDescriptor"].get_object()
    assert "Title" in page.extract_text()


@pytest.mark.parametrize("name", FRAME_NAMES)
def test_npz_is_the_arrays_and_identity(name: str, tmp_path: Path) -> None:
    frame = frames()[name]
    with np.load(save(frame, tmp_path / "f.npz", identity=IDENTITY), allow_pickle=False) as file:
        found = {key: file[key] for key in file.files}
    known = json.loads(str(found.pop("identity")))
    assert known | IDENTITY == known
    expected = {"lines": np.array(frame.lines)} if isinstance(frame, Text) else arrays_of(frame)
    assert expected
    assert set(found) == set(expected)
    for key, value in expected.items():
        np.testing.assert_array_equal(found[key], value)
        assert found[key].dtype == value.dtype


@pytest.mark.parametrize("name", FRAME_NAMES)
@pytest.mark.parametrize("format", FORMATS)
def test_the_same_figure_has_the_same_bytes(name: str, format: str) -> None:
    style = Style(dpi=60)
    assert render(frames()[name], style, format) == render(frames()[name], style, format)


def test_csv_of_points() -> None:
    frame = frames()["points"]
    known, rows = table(render(frame, None, "csv", identity=IDENTITY))
    layer = frame.layers[0]
    assert known | IDENTITY == known
    assert list(rows[0]) == ["z₁", "z₂", "label", "class", "index"]
    np.testing.assert_array_equal(np.stack([column(rows, "z₁"), column(rows, "z₂")], 1).astype(np.float32), layer.xy)
    np.testing.assert_array_equal(column(rows, "label"), layer.label)
    np.testing.assert_array_equal(column(rows, "index"), layer.index)
    assert [row["class"] for row in rows] == [layer.classes[k] for k in layer.label]


def test_csv_of_a_plane_has_every_layer_under_one_another() -> None:
    frame = frames()["plane"]
    _, rows = table(render(frame, None, "csv"))
    by = {k: [row for row in rows if row["layer"] == str(k)] for k in range(len(frame.layers))}
    assert [by[k][0]["kind"] for k in by] == [type(layer).__name__ for layer in frame.layers]
    density = frame.layers[0]
    np.testing.assert_array_equal(column(by[0], "value").reshape(5, 7), density.values)
    # Centres of seven cells from -1 to 5, the first row at y0.
    np.testing.assert_allclose(column(by[0], "x")[:7], -1 + 6 * (np.arange(7) + 0.5) / 7)
    np.testing.assert_allclose(column(by[0], "y")[:7], -1 + 6 * 0.5 / 5)
    np.testing.assert_array_equal(column(by[3], "u"), frame.layers[3].uv[:, 0])
    np.testing.assert_array_equal(column(by[4], "x").reshape(3, 4), frame.layers[4].xy[..., 0])
    np.testing.assert_array_equal(column(by[5], "line"), [0] * 4 + [1] * 5)
    assert by[6][0]["text"] == "1σ"
    assert by[6][0]["name"] == "prior"
    assert by[6][0]["value"] == ""


def test_csv_of_curves() -> None:
    frame = frames()["curves"]
    known, rows = table(render(frame, None, "csv"))
    assert list(rows[0]) == ["step", "ELBO (nats)", "KL (nats)", "KL (nats) low", "KL (nats) high", "exact KL (nats)"]
    assert "smoothed" in known["values"]
    np.testing.assert_array_equal(column(rows, "step"), frame.series[0].x)
    for series, name in zip(frame.series, ("ELBO (nats)", "KL (nats)", "exact KL (nats)"), strict=True):
        np.testing.assert_array_equal(column(rows[: len(series.x)], name), series.y)
    kl = frame.series[1]
    np.testing.assert_array_equal(column(rows[:50], "KL (nats) low"), kl.low)
    np.testing.assert_array_equal(column(rows[:50], "KL (nats) high"), kl.high)
    assert {row["KL (nats)"] for row in rows[50:]} == {""}


def test_csv_of_curves_that_share_a_name_or_an_x() -> None:
    x, y = np.array([0.0, 0.0, 0.5]), np.array([1.0, 2.0, 3.0])
    alike = Series("a", "loss", x, y, pane="one"), Series("b", "loss", x[1:], y[1:], pane="two", low=y[1:], high=y[1:])
    _, rows = table(render(Curves(alike, x_label="θ"), None, "csv"))
    assert [list(row.values()) for row in rows] == [["0", "1.0", "2.0"], ["0", "2.0", ""], ["0.5", "3.0", "3.0"]]
    assert list(rows[0]) == ["θ", "loss, one", "loss, two"]


@pytest.mark.parametrize("name", ["images", "colour"])
def test_csv_of_images(name: str) -> None:
    frame = frames()[name]
    _, rows = table(render(frame, None, "csv"))
    out = np.full(frame.images.shape, np.nan, frame.images.dtype)
    for row in rows:
        place = tuple(int(row.get(axis, 0)) for axis in ("image", "channel", "row", "column"))
        out[place] = float(row["value"])
        if frame.index is not None:
            assert int(row["index"]) == frame.index[place[0]]
    np.testing.assert_array_equal(out, frame.images)


def test_csv_of_bars_matrix_and_audio() -> None:
    known = frames()
    _, rows = table(render(known["bars"], None, "csv"))
    assert list(rows[0]) == ["label", "value (nats)", "error", "reference"]
    assert [row["label"] for row in rows] == ["a", "b"]
    np.testing.assert_array_equal(column(rows, "value (nats)"), known["bars"].values)
    np.testing.assert_array_equal(column(rows, "error"), known["bars"].errors)
    np.testing.assert_array_equal(column(rows, "reference"), known["bars"].reference)
    _, rows = table(render(known["matrix"], None, "csv"))
    assert [row[""] for row in rows] == ["r0", "r1"]
    np.testing.assert_array_equal(np.stack([column(rows, c) for c in "pqs"], 1), known["matrix"].values)
    _, rows = table(render(known["audio"], None, "csv"))
    np.testing.assert_array_equal(column(rows, "sample").astype(np.float32), known["audio"].samples)
    assert column(rows, "time")[8] == pytest.approx(0.001)


def test_a_figure_is_drawn_the_same_in_any_thread() -> None:
    known = {name: render(frame, Style(dpi=60), "svg") for name, frame in frames().items()}
    found: dict[str, bytes] = {}
    work = [
        threading.Thread(target=lambda n=n, f=f: found.update({n: render(f, Style(dpi=60), "svg")}))
        for n, f in frames().items()
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert found == known


def test_settings_of_matplotlib_are_left_as_they_were() -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    render(frames()["plane"], None, "pdf")
    assert dict(matplotlib.rcParams) == before


def _modules_after_render() -> str:
    code = (
        "import sys, numpy as np; import explorer.figures as f; from models.frames import Bars;"
        "print('matplotlib' in sys.modules); f.render(Bars(labels=('a',), values=np.ones(1)), None, 'pdf');"
        "print(' '.join(sys.modules))"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout


def test_importing_is_light_and_drawing_needs_neither_pyplot_nor_qt() -> None:
    first, modules = _modules_after_render().splitlines()
    assert first == "False"
    assert "matplotlib.figure" in modules.split()
    assert not {"matplotlib.pyplot", "PySide6", "pyqtgraph"} & set(modules.split())


def test_errors_are_one_line_and_say_what_to_do(tmp_path: Path) -> None:
    frame = frames()["points"]
    for name, said in (("a.jpg", r"takes \.png, \.svg, \.pdf, \.csv or \.npz, not \.jpg"), ("a", "without an ending")):
        with pytest.raises(FigureError, match=said):
            save(frame, tmp_path / name)
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(FigureError, match=r"cannot be written|is a folder; choose"):
        save(frame, tmp_path / "a.csv")
    assert save(frame, tmp_path / "a.csv" / "new" / "b.csv").exists(), "folders on the way are made"
    with pytest.raises(FigureError, match=r"cannot be written|is a folder; choose"):
        save(frame, tmp_path / "a.csv" / "new" / "b.csv" / "c.csv")
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"], "no temporary file is left"
    for wrong in ({"width_mm": 19.9}, {"width_mm": 1001}, {"dpi": 29}, {"dpi": 1201}, {"dpi": 99.5}, {"theme": "blue"}):
        with pytest.raises(FigureError):
            Style(**wrong)
    with pytest.raises(FigureError, match="from 20 to 1000 mm"):
        Style(height_mm=float("nan"))
    with pytest.raises(FigureError, match="at least"):
        figure(frame, Style(height_mm=20, title="many words " * 30))
    with pytest.raises(FigureError, match="too many"):
        figure(frame, Style(width_mm=1000, dpi=1200))
    with pytest.raises(FigureError, match="identity"):
        render(frame, None, "csv", identity={"a": object()})
    with pytest.raises(FigureError, match="role 'pink'"):
        figure(Plane(layers=(Points(np.zeros((1, 2)), role="pink"),)))

    @dataclass(frozen=True)
    class Other(Frame):
        x: int = 0

    for format in ("png", "csv"):
        with pytest.raises(FigureError, match="Other"):
            render(Other(), None, format)
    assert issubclass(FigureError, ValueError)


def test_an_older_file_survives_a_figure_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(frames()["bars"], tmp_path / "a.csv")
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FigureError, match="No space left"):
        save(frames()["audio"], path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1
