"""Defaults and text forms of the inputs of views."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from pages import Average, CoinLab, Gauss, session

import models
from explorer.engine import BadInput, Viewer, open_data
from explorer.engine.runs.directions import KeptDirection
from explorer.engine.views.canvases import REGIONS, region_mask
from explorer.engine.views.from_text import inputs_as_text, request_from_text
from explorer.engine.views.input_context import InputContext
from explorer.engine.views.input_kinds import KINDS
from explorer.figures.export import save
from models.frames import Bars
from models.protocol import (
    INPUTS,
    Canvas,
    Classifier,
    Data,
    DataBatch,
    DataPoint,
    Direction,
    FamilyRuns,
    HasDecoder,
    LatentPoint,
    Noise,
    Pixel,
    Points,
    RunHistory,
    TimeStep,
    view,
    views_of,
)
from models.views.drawing import drawing

pytestmark = pytest.mark.usefixtures("fixture_pages")

KEPT = (KeptDirection("slant", (0.5, -1.0)),)
TEXTS = {
    DataPoint: ["12", "0"],
    LatentPoint: ["0.5,-1", "0.1,3e-05"],
    Direction: ["slant", ""],
    Noise: ["3"],
    Canvas: ["12:lower", "0:none", "5:center"],
    Pixel: ["3,4", "7,0"],
    Points: ["0,1;2,3", "0.1,-2.5"],
    TimeStep: ["0.5", "0", "1"],
}
UNREADABLE = {
    DataPoint: ["x", "-1", "10000", "train:", "nowhere:3"],
    LatentPoint: ["1", "1,2,3", "a,b", "nan,0"],
    Direction: ["unknown"],
    Noise: ["x", "1.5"],
    Canvas: [
        *("", "lower", "12", "12:outer", "99999:lower", "12:mask-zz", "12:mask-ff", "12:mask-" + "z" * 16),
        *("12:mask- " + "f" * 16, "nothing.npz", "drawn-0000000000000000:lower"),
    ],
    Pixel: ["3", "8,0", "0,-1", "1,2,1", "1,2,0,0", "a,b"],
    Points: ["", "1", "1,2;", "1,2;3", "a,b"],
    TimeStep: ["", "1.5", "-0.1", "x", "nan"],
    DataBatch: ["1"],
    Data: ["digits"],
    RunHistory: ["loss"],
    FamilyRuns: ["vae"],
    Classifier: ["1"],
}


@view("Everything")
def everything(
    model: Average,
    batch: DataBatch,
    datum: DataPoint,
    z: LatentPoint,
    along: Direction,
    noise: Noise,
    canvas: Canvas,
    pixel: Pixel,
    points: Points,
    time: TimeStep,
    data: Data,
    history: RunHistory,
    family: FamilyRuns,
    classifier: Classifier,
) -> Bars:
    values = (
        len(batch), *datum.x.shape, *z.z.shape, *along.vector.shape, noise.seed, *canvas.mask.shape,
        pixel.row, len(points.xy), time.t, data.spec.n, len(history.curve("loss")), len(family.models),
        len(classifier.classes),
    )  # fmt: skip
    return Bars(tuple(map(str, range(len(values)))), np.array(values, dtype=float))


class Decodes(Average, HasDecoder):
    """The average image, with a latent space that it ignores."""

    @classmethod
    def latent_dim_of(cls, config, spec):
        return 2

    def prior_draw(self, n, *, rng):
        return torch.randn(n, 2, generator=rng)

    def decode_mean(self, z):
        return self.mean.expand(len(z), *self.mean.shape)


@pytest.fixture
def page(monkeypatch):
    """A page that can supply every kind of input."""
    monkeypatch.setitem(models.FAMILIES[-1].pages, "average", Decodes)
    return session("average", data="digits")


def context(page, kind) -> InputContext:
    name = next(name for name, of in everything.inputs.items() if of is kind)
    return InputContext(everything, page.model, page.data, name=name)


def content(value) -> dict:
    return {
        name: (tuple(part.shape), np.asarray(part, dtype=float).ravel().tolist())
        if isinstance(part, (torch.Tensor, np.ndarray))
        else part
        for name, part in vars(value).items()
    }


def test_every_kind_has_a_default_and_a_text_form_and_is_tried_here():
    assert set(KINDS) == set(INPUTS)
    assert set(everything.inputs.values()) == set(INPUTS)
    assert set(UNREADABLE) == set(INPUTS)
    assert set(TEXTS) == set(INPUTS) - {DataBatch, Data, RunHistory, FamilyRuns, Classifier}


def test_every_default_computes_a_view(page):
    viewer = Viewer(page.model, page.data)
    viewer.views = {"everything": everything}
    frame = viewer.last_frame(request_from_text(everything, page.model, page.data, {}))
    n = page.data.spec.n
    expected = [200, 1, 1, 8, 8, 1, 2, 1, 2, 0, 1, 1, 8, 8, 4, 4, 0.0, n, 0, 0, 10]
    np.testing.assert_array_equal(frame.values, expected)


def test_the_default_canvas_lacks_its_lower_half(page):
    canvas = KINDS[Canvas].default(context(page, Canvas))
    assert torch.equal(canvas.x, page.data.batch("valid", 0, 1).x)
    assert canvas.mask.flatten().tolist() == [1.0] * 32 + [0.0] * 32


def test_the_default_points_lie_around_the_data():
    made = session("gauss")
    view = views_of(type(made.model))["cloud"]
    points = KINDS[Points].default(InputContext(view, made.model, made.data))
    spec = made.data.spec
    np.testing.assert_allclose(points.xy.mean(axis=0), spec.mean, atol=1e-12)
    away = np.linalg.norm((points.xy - spec.mean) / spec.std, axis=1)
    np.testing.assert_allclose(away, np.sqrt(2) * np.array([0.5, 1.5, 0.5, 1.5]))
    lab = KINDS[Points].default(InputContext(view, CoinLab(CoinLab.Config())))
    assert sorted(map(tuple, lab.xy.tolist())) == [(-1, -1), (-1, 1), (1, -1), (1, 1)]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in TEXTS.items() for text in texts])
def test_a_text_is_read_and_written_again(page, kind, text):
    here = context(page, kind)
    value = KINDS[kind].from_text(text, here, KEPT)
    assert isinstance(value, kind)
    written = KINDS[kind].to_text(value, here)
    assert content(KINDS[kind].from_text(written, here, KEPT)) == content(value)
    assert written == text


@pytest.mark.parametrize("kind", TEXTS)
def test_the_text_of_a_default_gives_the_default(page, kind):
    here = context(page, kind)
    default = KINDS[kind].default(here)
    assert content(KINDS[kind].from_text(KINDS[kind].to_text(default, here), here, KEPT)) == content(default)


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in UNREADABLE.items() for text in texts])
def test_what_cannot_be_read_gives_one_line_that_names_the_argument(page, kind, text):
    here = context(page, kind)
    with pytest.raises(BadInput) as error:
        KINDS[kind].from_text(text, here, KEPT)
    message = str(error.value)
    assert "\n" not in message
    assert here.name in message or kind is Direction
    assert len(message) < 160


@pytest.mark.parametrize("kind", [DataBatch, Data, Classifier])
def test_a_kind_without_text_form_says_so(page, kind):
    here = context(page, kind)
    assert KINDS[kind].to_text(KINDS[kind].default(here), here) == ""
    with pytest.raises(BadInput, match=f"{here.name} cannot be given as text: "):
        KINDS[kind].from_text("1", here, ())


@pytest.mark.parametrize("region", REGIONS)
def test_regions_leave_the_other_half_known(region):
    mask = region_mask(region, 8, 8)
    unknown = {"lower": 32, "upper": 32, "left": 32, "right": 32, "center": 16, "all": 64, "none": 0}
    assert int((mask == 0).sum()) == unknown[region]
    rows, columns = torch.nonzero(mask == 0, as_tuple=True)
    if region in ("lower", "upper"):
        assert set(rows.tolist()) == (set(range(4, 8)) if region == "lower" else set(range(4)))
    if region in ("left", "right"):
        assert set(columns.tolist()) == (set(range(4, 8)) if region == "right" else set(range(4)))


def test_a_painted_mask_is_written_as_its_bits(page):
    here = context(page, Canvas)
    canvas = KINDS[Canvas].from_text("3:none", here, ())
    mask = canvas.mask.clone()
    mask[..., 2, 5] = 0
    text = KINDS[Canvas].to_text(Canvas(canvas.x, mask), here)
    assert text == "3:mask-fffffbffffffffff"
    assert content(KINDS[Canvas].from_text(text, here, ())) == content(Canvas(canvas.x, mask))


def test_a_canvas_is_read_from_a_file(page, tmp_path):
    here, path = context(page, Canvas), tmp_path / "canvas.npz"
    x, mask = np.full((8, 8), 0.25, dtype=np.float32)[None], np.eye(8)
    np.savez(path, x=x, mask=mask)
    canvas = KINDS[Canvas].from_text(str(path), here, ())
    np.testing.assert_array_equal(canvas.x, x[None])
    np.testing.assert_array_equal(canvas.mask, mask[None, None])
    assert KINDS[Canvas].to_text(canvas, here) == ""  # no image of the data
    for wrong, message in (
        ({"x": x}, "with the arrays x and mask"),
        ({"x": x[:, :4], "mask": mask}, "one image of 1×8×8"),
        ({"x": x * 9, "mask": mask}, "values from 0 to 1"),
        ({"x": x, "mask": mask / 2}, "0 or 1 for each pixel"),
        ({"x": x, "mask": mask[:4]}, "0 or 1 for each pixel"),
    ):
        np.savez(path, **wrong)
        with pytest.raises(BadInput, match=message):
            KINDS[Canvas].from_text(str(path), here, ())


@pytest.fixture
def binary() -> InputContext:
    """A canvas of binary digits."""
    made = session("average", data="digits-binary")
    return InputContext(everything, made.model, made.data, name="canvas")


def test_a_drawn_binary_image_is_written_as_its_bits(binary):
    x = torch.zeros(1, 1, 8, 8)
    x[..., 0, 7] = x[..., 1, :4] = x[..., 7, 7] = 1  # rows 00000001, 11110000, …, 00000001
    mask = torch.ones_like(x)
    mask[..., 4:, :] = 0
    drawn = Canvas(x, mask)
    text = KINDS[Canvas].to_text(drawn, binary)
    assert text == "drawn-01f0000000000001:lower"
    assert content(KINDS[Canvas].from_text(text, binary, ())) == content(drawn)
    mask = mask.clone()
    mask[..., 4, 0] = 1
    text = KINDS[Canvas].to_text(Canvas(x, mask), binary)
    assert text == "drawn-01f0000000000001:mask-ffffffff80000000"
    assert content(KINDS[Canvas].from_text(text, binary, ())) == content(Canvas(x, mask))


def test_an_image_of_the_data_is_written_as_its_position_whoever_drew_it(binary):
    stored = binary.data.point("valid", 3).x
    bits = np.packbits(stored.numpy().astype(bool)).tobytes().hex()
    canvas = KINDS[Canvas].from_text(f"drawn-{bits}:left", binary, ())
    assert torch.equal(canvas.x, stored)
    assert KINDS[Canvas].to_text(canvas, binary).endswith(":left")
    assert not KINDS[Canvas].to_text(canvas, binary).startswith("drawn")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("drawn-00:lower", "image bits as 16 hexadecimal digits after drawn-, not 2 characters"),
        ("drawn-" + "z" * 16 + ":lower", "16 hexadecimal digits after drawn-, not others"),
        ("drawn-" + "0" * 16, "an unknown region among lower"),
        ("drawn-" + "0" * 16 + ":mask-0", "mask bits as 16 hexadecimal digits after mask-, not 1 characters"),
    ],
)
def test_a_drawn_image_that_cannot_be_read_says_what_is_wrong(binary, text, message):
    with pytest.raises(BadInput, match=f"canvas takes .*{message}"):
        KINDS[Canvas].from_text(text, binary, ())


def test_a_grey_drawing_goes_by_a_file(page, tmp_path):
    """The numbers of the card "Your drawing" are a canvas again."""
    here, path = context(page, Canvas), tmp_path / "drawing.npz"
    mask = region_mask("left", 8, 8).expand(1, 1, 8, 8)
    canvas = Canvas(torch.linspace(0, 1, 64).reshape(1, 1, 8, 8), mask)
    assert KINDS[Canvas].to_text(canvas, here) == ""
    with pytest.raises(BadInput, match="canvas takes drawn- for images of 0 and 1 only"):
        KINDS[Canvas].from_text("drawn-0000000000000000:lower", here, ())
    save(drawing(page.model, canvas), path)
    read = KINDS[Canvas].from_text(str(path), here, ())
    assert content(read) == content(Canvas(canvas.x * mask, mask))


def test_a_datum_of_another_split_is_written_with_its_split(page):
    here = context(page, DataPoint)
    datum = page.data.point("train", 7)
    assert KINDS[DataPoint].to_text(datum, here) == "train:7"
    assert content(KINDS[DataPoint].from_text("train:7", here, ())) == content(datum)


def test_a_datum_comes_from_the_split_that_is_chosen():
    made = session("average", data="digits")
    of_two = everything.but(splits=("valid", "train"))
    request = request_from_text(of_two, made.model, made.data, {"datum": "3", "split": "train"})
    assert torch.equal(request.inputs["datum"].x, made.data.point("train", 3).x)
    with pytest.raises(BadInput, match="split takes valid or train, not test"):
        request_from_text(of_two, made.model, made.data, {"datum": "3", "split": "test"})


def test_a_request_is_written_as_the_text_it_was_read_from(page):
    values = {"z": "0.5,-1", "pixel": "1,2", "canvas": "4:left", "time": "0.25", "points": "0,1"}
    request = request_from_text(everything, page.model, page.data, values)
    assert inputs_as_text(everything, page.model, page.data, request) == values


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Pixel, "Everything needs images, and Coin has no images"),
        (Canvas, "Everything needs images, and Coin has no images"),
        (LatentPoint, "Everything needs a latent space, and Coin has no latent space"),
        (Direction, "Everything needs a latent space, and Coin has no latent space"),
        (DataBatch, "Everything needs data, and Coin has no data"),
        (DataPoint, "Everything needs data, and Coin has no data"),
        (Data, "Everything needs data, and Coin has no data"),
        (Classifier, "Everything needs data, and Coin has no data"),
    ],
)
def test_a_page_that_cannot_supply_an_input_says_so(kind, message):
    here = InputContext(everything, CoinLab(CoinLab.Config()))
    with pytest.raises(BadInput, match=message):
        KINDS[kind].default(here)
    if kind in TEXTS and kind is not Direction:
        with pytest.raises(BadInput):
            KINDS[kind].from_text(TEXTS[kind][0], here, ())


def test_points_of_the_plane_are_no_images():
    made = session("gauss")
    for kind in (Pixel, Canvas):
        with pytest.raises(BadInput, match=f"needs images, and {Gauss.title} has no images"):
            KINDS[kind].default(InputContext(everything, made.model, made.data))


def test_a_figure_takes_pixel_canvas_time_and_points_as_text(command, tmp_path):
    run = tmp_path / "run"
    assert command("train", "average", "--steps", 2, "--out", run).code == 0
    image = open_data("digits")
    out = tmp_path / "figure.npz"

    def arrays(view: str, text: str) -> dict[str, np.ndarray]:
        done = command("figure", run, view, "--set", text, "--out", out)
        assert (done.code, done.err) == (0, "")
        with np.load(out, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}

    completed = arrays("completion", "canvas=3:none")["images"]
    np.testing.assert_allclose(completed[0], image.valid.x[3] * image.scale, rtol=1e-6)
    column = image.valid.x[:100, 0, 2, 5] * image.scale
    np.testing.assert_allclose(arrays("profile", "pixel=2,5")["values"][0], column.mean(), rtol=1e-5)
    np.testing.assert_array_equal(arrays("fade", "time=1")["images"], np.ones((1, 1, 8, 8)))
    np.testing.assert_allclose(arrays("rotation", "points=1,0;0,2")["layers.1.xy"], [[0, 1], [-2, 0]], atol=1e-12)
    refused = command("figure", run, "fade", "--set", "time=2", "--out", out)
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert "time takes a time from 0 to 1, not 2" in refused.err
