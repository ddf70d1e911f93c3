"""Models of tables: their views for any number of columns, and what the engine and the command line make of them."""

from __future__ import annotations

import csv
import json
import re

import numpy as np
import pytest
import torch
from pages import FIXTURES, Gauss, GaussRows, kept_session
from scipy import stats
from torch import nn

import models
from explorer.data import source
from explorer.engine import BadInput, Request, Session, Setup, Viewer, load_run, new_session, open_data
from explorer.engine.data.spec import spec_of
from explorer.engine.data.tensors import TensorData
from explorer.engine.recent import recent_runs
from explorer.figures import Style
from explorer.figures.box import Box
from explorer.figures.key import Key
from explorer.figures.pane_grid import PaneGrid
from explorer.figures.sheet import Sheet
from models.frames import Curves, Matrix, Points
from models.protocol import (
    BadValue,
    Data,
    DataBatch,
    DataPoint,
    DataSpec,
    Image,
    LossModel,
    Noise,
    Planar,
    Table,
    views_of,
)
from models.views.samples import frame_of
from models.views.tables import columns_pair, correlations, marginals, row
from models.views.words import column_names

pytestmark = pytest.mark.usefixtures("fixture_pages")


class Shifted(LossModel):
    """Rows of independent normal columns, column k of mean k and standard deviation 2."""

    def __init__(self, d: int, *, spread: float = 2.0, columns: tuple[str, ...] = ()):
        spec = DataSpec(Table(d), 100, mean=tuple(range(d)), std=(2.0,) * d, columns=columns)
        super().__init__(None, spec)
        self.spread = nn.Parameter(torch.tensor(spread), requires_grad=False)

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, torch.Tensor]:
        return {"loss": batch.x.sum()}

    @classmethod
    def noise_dims(cls, config, kind) -> int:
        return kind.d

    def sample(self, n: int, *, rng: torch.Generator) -> torch.Tensor:
        (d,) = self.spec.kind.shape
        return torch.arange(d) + self.spread * torch.randn(n, d, generator=rng)

    def batch(self, n: int, split: str = "valid", seed: int = 1) -> DataBatch:
        x = Shifted(*self.spec.kind.shape).sample(n, rng=torch.Generator().manual_seed(seed))
        return DataBatch(x, None, torch.arange(n) + 7, split=split)

    def data(self, **known) -> Data:
        return Data(self.spec, lambda split, n: self.batch(n or 100, split, 2 if split == "train" else 1), **known)


@pytest.mark.parametrize("d", [2, 3, 9, 40])
def test_a_pair_shows_the_chosen_columns_of_data_and_samples(d):
    model = Shifted(d)
    batch = model.batch(300)
    frame = columns_pair(model, batch, Noise(3), across=d, upwards=1, count=50)
    data, samples = frame.layers
    np.testing.assert_array_equal(data.xy, batch.x.numpy()[:, [d - 1, 0]])
    np.testing.assert_array_equal(data.index, np.arange(300) + 7)
    assert samples.index is None
    assert samples.xy.shape == (50, 2)
    assert samples.xy.mean(axis=0) == pytest.approx([d - 1, 0], abs=1.5)
    assert (frame.x_label, frame.y_label, frame.square) == (column_names(model.spec)[d - 1], "x₁", False)
    x0, x1, y0, y1 = frame.extent
    inside = (data.xy > [x0, y0]).all(axis=1) & (data.xy < [x1, y1]).all(axis=1)
    assert inside.mean() > 0.98
    assert [layer.role for layer in columns_pair(model, batch, Noise(3), points=False).layers] == ["model"]


@pytest.mark.parametrize(("chosen", "name"), [((4, 1), "across"), ((1, 4), "upwards"), ((2, 2), "upwards")])
def test_a_pair_of_columns_that_is_none_is_refused(chosen, name):
    with pytest.raises(BadValue) as raised:
        columns_pair(Shifted(3), Shifted(3).batch(30), Noise(0), across=chosen[0], upwards=chosen[1])
    assert raised.value.field == name


def test_samples_far_away_do_not_hide_the_data_and_nothing_finite_is_no_error():
    model = Shifted(2, spread=1e-3)
    batch = model.batch(300)
    x0, x1, *_ = columns_pair(model, batch, Noise(0)).extent
    assert x1 - x0 < 20
    drawn = model.sample(500, rng=Noise(0).rng())
    drawn[:5] = 1e4  # a hundredth of the samples
    model.sample = lambda n, rng: drawn
    assert columns_pair(model, batch, Noise(0)).extent[1] < 20
    del model.sample
    model.spread.fill_(torch.nan)
    np.testing.assert_array_equal(columns_pair(model, batch, Noise(0)).extent[:2], [x0, x1])
    note = marginals(model, batch, model.data(), Noise(0)).note
    assert note.endswith("100.0 % of the samples.")


def test_marginals_are_densities_in_standard_deviations_of_the_data():
    model = Shifted(3)
    batch = model.batch(5000)
    frame = marginals(model, batch, model.data(), Noise(0), bins=30, count=4000)
    assert [series.pane for series in frame.series] == ["x₁", "x₁", "x₂", "x₂", "x₃", "x₃"]
    for series in frame.series:
        width = series.x[1] - series.x[0]
        assert 0.98 < series.y.sum() * width <= 1 + 1e-9
        exact = stats.norm.pdf(series.x)
        error = np.maximum(series.high - series.y, 0.5 / len(batch) / width)
        assert (np.abs(series.y - exact) < 5 * error + 0.01).all()
        count = len(batch) if series.role == "data" else 4000
        share = series.y * width
        np.testing.assert_allclose((series.high - series.low) / 2 * width, np.sqrt(share * (1 - share) / count))
    assert frame.columns > 1


def test_samples_beyond_the_axis_of_a_marginal_are_counted_and_not_made_up_for():
    model = Shifted(1, spread=20.0)
    frame = marginals(model, model.batch(1000), model.data(), Noise(0), count=1000)
    data, fake = frame.series
    width = fake.x[1] - fake.x[0]
    outside = [100 * (1 - series.y.sum() * width) for series in (data, fake)]
    reach = (fake.x[-1] + width / 2, fake.x[0] - width / 2)
    expected = stats.norm.sf(reach[0] / 10) + stats.norm.cdf(reach[1] / 10)
    assert outside[1] == pytest.approx(100 * expected, abs=6)
    assert frame.note == f"Beyond the axis: {outside[0]:.1f} % of the data, {outside[1]:.1f} % of the samples."


@pytest.mark.parametrize(("d", "first", "shown"), [(1, 1, 1), (6, 1, 6), (9, 1, 6), (9, 7, 3), (40, 40, 1)])
def test_marginals_of_many_columns_are_shown_in_part(d, first, shown):
    model = Shifted(d)
    frame = marginals(model, model.batch(200), model.data(), Noise(0), first=first)
    names = column_names(model.spec)[first - 1 : first - 1 + shown]
    assert tuple(dict.fromkeys(series.pane for series in frame.series)) == names
    assert (f"{shown} of {d} columns" in frame.subtitle) == (shown < d)
    with pytest.raises(BadValue, match=f"first takes a column from 1 to {d}"):
        marginals(model, model.batch(200), model.data(), Noise(0), first=d + 1)


@pytest.mark.parametrize("name", ["gaussian6:n=1000", "copula6:n=1000"])
def test_the_exact_marginals_of_a_dataset_are_drawn_and_fit_its_histograms(name):
    session = Session(Setup.of("gauss-rows", data=name, device="cpu"), open_data(name), record=False)
    viewer = Viewer(session.model, session.data)
    frame = viewer.last_frame(Request("marginals", params={"split": "valid"}))
    by_key = {series.key: series for series in frame.series}
    for pane in column_names(session.data.spec):
        exact, data = by_key[f"exact.{pane}"], by_key[f"data.{pane}"]
        assert exact.dashed
        assert np.trapezoid(exact.y, exact.x) == pytest.approx(1, abs=0.02)
        # The mean of the exact density over each bin: a thin one may be far from its value in the middle.
        width = data.x[1] - data.x[0]
        fine = [np.interp(np.linspace(x - width / 2, x + width / 2, 21), exact.x, exact.y).mean() for x in data.x]
        error = np.sqrt(np.maximum(np.array(fine) * width, 1 / 2000) / 2000) / width
        assert (np.abs(data.y - fine) < 5 * error).all()


def test_correlations_of_data_lie_below_the_diagonal_and_of_samples_above():
    rng = np.random.default_rng(0)
    model = Shifted(4)
    x = rng.standard_normal((2000, 4)) @ np.array([[1, 0.8, 0, 0], [0, 0.6, 0, 0], [0, 0, 1, -0.9], [0, 0, 0, 0.2]])
    batch = DataBatch(torch.from_numpy(x).float(), None, torch.arange(2000), split="valid")
    frame = correlations(model, batch, model.data(), Noise(0), count=1000)
    data, fake = np.tril(frame.values, -1), np.triu(frame.values, 1)
    np.testing.assert_allclose(data, np.tril(np.corrcoef(x.T), -1), atol=1e-6)
    made = model.sample(1000, rng=Noise(0).rng()).numpy()
    np.testing.assert_allclose(fake, np.triu(np.corrcoef(made.T), 1), atol=1e-6)
    np.testing.assert_array_equal(np.diag(frame.values), 1)
    difference = correlations(model, batch, model.data(), Noise(0), show="difference", count=1000).values
    np.testing.assert_allclose(difference, np.corrcoef(made.T) - np.corrcoef(x.T), atol=1e-6)
    assert f"validation data: {np.abs(difference).max():.2f} (x₃ and x₄)" in frame.note


def test_the_difference_is_beside_that_of_two_splits_of_the_data():
    model = Shifted(3)
    note = correlations(model, model.batch(400), model.data(), Noise(0)).note
    both = [np.corrcoef(model.batch(400, seed=seed).x.numpy().T) for seed in (1, 2)]
    assert note.endswith(f"between training and validation data: {np.abs(both[0] - both[1]).max():.2f}.")
    note = correlations(model, model.batch(400, "train", 2), model.data(), Noise(0)).note
    assert "between validation and training data" in note


def test_a_constant_column_has_no_correlation_and_spoils_nothing():
    model = Shifted(3, spread=0.0)
    frame = correlations(model, model.batch(100), model.data(), Noise(0))
    assert np.isnan(frame.values[0, 1])
    assert np.isfinite(np.tril(frame.values)).all()
    assert "nan" not in frame.note


def test_a_row_is_shown_in_standard_deviations_with_its_likelihoods():
    spec = DataSpec(Table(2), 10, mean=(1.0, -2.0), std=(2.0, 0.5), columns=("height", "width"))
    model = GaussRows(GaussRows.Config(), spec)
    point = DataPoint(torch.tensor([[3.0, -3.0]]), None, 12, "test")
    exact = stats.norm([1, -2], [2, 0.5]).logpdf([3, -3]).sum()
    data = Data(spec, lambda split, n: None, log_prob=lambda x: torch.full((len(x),), -1.25))
    frame = row(model, point, data)
    np.testing.assert_allclose(frame.values, [1, -2])
    assert frame.labels == ("height = 3", "width = −3")
    assert "test row 12" in frame.subtitle
    found = [float(text.replace("−", "-")) for text in re.findall(r"= (−?[\d.]+\d)", frame.note)]
    assert found == pytest.approx([exact, -1.25], abs=1e-3)
    assert row(Shifted(2), point, Data(spec, lambda split, n: None)).note == ""


def test_the_views_are_for_tables():
    config = GaussRows.Config()
    for view in (columns_pair, marginals, correlations, row):
        assert view.applies(GaussRows, config, DataSpec(Table(2), 10))
        for kind in (Planar(), Image(1, 8, 8, "grey")):
            assert not view.applies(GaussRows, config, DataSpec(kind, 10))
    single = DataSpec(Table(1), 10)
    assert [v.applies(GaussRows, config, single) for v in (columns_pair, marginals, correlations)] == [
        False,
        True,
        False,
    ]
    assert "columns_pair" not in views_of(Gauss)


def test_columns_have_the_names_of_the_data_or_numbers():
    assert column_names(DataSpec(Table(12), 1))[9:] == ("x₁₀", "x₁₁", "x₁₂")
    spec = spec_of(source("copula6:n=1000").load())
    assert column_names(spec)[1] == "gamma"
    stored = DataSpec.from_json(json.loads(json.dumps(spec.to_json())))
    assert stored.columns == spec.columns
    old = {key: value for key, value in spec.to_json().items() if key != "columns"}
    assert DataSpec.from_json(old) == spec  # names are no part of what a model is built from
    frame = frame_of(Table(2), np.zeros((40, 2)), names=("a", "b"), subtitle="rows")
    assert isinstance(frame, Matrix)
    assert (frame.column_labels, frame.values.shape) == (("a", "b"), (32, 2))


# The engine and the command line


@pytest.fixture(scope="module")
def table_run(tmp_path_factory):
    """A Gaussian of any covariance trained on Gaussians."""
    folder = tmp_path_factory.mktemp("tables") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models, "FAMILIES", (*models.FAMILIES, FIXTURES))
        session = kept_session("gauss-rows", folder, data="gaussian6:n=5000", steps=400, batch=128, lr=0.05)
        while not session.finished:
            session.step()
        session.close()
    return folder


def test_a_model_with_linear_maps_fits_the_gaussians(table_run, command):
    result = command("evaluate", table_run, "--json")
    assert result.code == 0
    metrics = json.loads(result.out.splitlines()[-1])["metrics"]
    data = open_data("gaussian6:n=5000")
    assert metrics["nll_nats"] == pytest.approx(data.entropy + metrics["nll_gap_nats"], abs=5 * metrics["nll_nats_se"])
    assert 0 < metrics["nll_gap_nats"] < 0.1


def test_samples_of_a_table_are_saved_in_every_form(table_run, command, tmp_path):
    for suffix in ("npz", "csv", "png"):
        assert command("sample", table_run, "--n", "50", "--seed", "1", "--out", tmp_path / f"x.{suffix}").code == 0
    x = np.load(tmp_path / "x.npz")["x"]
    assert x.shape == (50, 6)
    lines = [line for line in (tmp_path / "x.csv").read_text().splitlines() if not line.startswith("#")]
    table = list(csv.reader(lines))
    values = np.array([cells[-6:] for cells in table[1:]], dtype=float)
    np.testing.assert_allclose(values, x[: len(values)], rtol=1e-6)
    assert table[0][-6:] == ["x₁", "x₂", "x₃", "x₄", "x₅", "x₆"]


@pytest.mark.parametrize("view", ["columns_pair", "marginals", "correlations", "row", "samples"])
def test_figures_of_tables_are_drawn(view, table_run, command, tmp_path):
    pdf, npz = tmp_path / "view.pdf", tmp_path / "view.npz"
    assert command("figure", table_run, view, "--out", pdf).code == 0
    assert pdf.read_bytes().startswith(b"%PDF")
    assert command("figure", table_run, view, "--out", npz).code == 0
    with np.load(npz) as arrays:
        assert arrays.files


def test_a_view_refuses_a_column_that_the_table_lacks(table_run):
    loaded = load_run(table_run)
    viewer = Viewer(loaded.model, loaded.tensors)
    with pytest.raises(BadInput, match="across takes a column from 1 to 6, not 7"):
        viewer.last_frame(Request("columns_pair", params={"across": 7}))


def test_the_list_has_the_tables_and_their_parameters(command):
    listed = json.loads(command("list", "--json").out.splitlines()[-1])
    found = {entry["data"]: entry["params"] for entry in listed["data"]}
    assert list(found["gaussian6"]) == ["n", "condition"]
    assert list(found["copula6"]) == ["n", "correlation"]
    (page,) = [page for page in listed["pages"] if page["page"] == "gauss-rows"]
    assert page["data"] == ["gaussian6", "copula6", "table"]


def test_a_run_of_a_table_is_recalled_by_its_pair_of_columns(tmp_path):
    setup = Setup.of("gauss-rows", data="copula6:n=1000", values={"steps": 2, "batch": 16}, device="cpu")
    session = new_session(setup, folder=tmp_path / "run")
    while not session.finished:
        session.step()
    frame = Viewer(session.model, session.data).last_frame(Request("columns_pair"))
    session.close()
    ((run,), _) = recent_runs(tmp_path)
    assert run.images is None
    (data, _) = (layer for layer in frame.layers if isinstance(layer, Points))
    x0, x1, y0, y1 = frame.extent
    assert run.points.extent == (0.0, 1.0, 0.0, 1.0)
    np.testing.assert_allclose(run.points.data, (data.xy - [x0, y0]) / [x1 - x0, y1 - y0], atol=1e-5)


def test_the_kept_tensors_of_a_table_have_no_labels():
    data = TensorData(source("copula6:n=1000").load(), 0, torch.device("cpu"))
    batch = data.batch("valid", 0, 5)
    assert (batch.x.shape, batch.y, batch.mask) == ((5, 6), None, None)
    exact = data.whole().log_prob(batch.x)
    np.testing.assert_allclose(exact, data.data.log_prob(batch.x.double().numpy()))


# Figures of curves in columns


def grid(count: int, columns: int, width: float, names: tuple[str, ...] = ("data", "samples")) -> PaneGrid:
    keys = [Key(name, "#000000", "line", "") for name in names]
    return PaneGrid.of(Sheet(Curves(()), Style()), [keys] * count, columns, width)


def test_panes_of_a_figure_stand_row_by_row_with_one_legend():
    laid = grid(5, 2, 300.0)
    assert (laid.columns, laid.rows, laid.common) == (2, 3, True)
    places = laid.places(Box(10.0, 20.0, 300.0, 400.0), below=20.0, apart=6.0)
    assert [place.left for place in places[:2]] == [places[2].left, places[3].left]
    assert places[0].top == places[1].top < places[2].top
    assert places[1].left == pytest.approx(places[0].left + places[0].width + laid.gap)
    assert places[1].left + places[1].width == pytest.approx(310.0)
    assert places[-1].top + places[-1].height + 20.0 == pytest.approx(420.0)
    assert places[2].top - places[0].top - places[0].height == pytest.approx(6.0 + laid.head(2))


def test_a_narrow_figure_has_one_column_with_a_legend_for_each_pane():
    laid = grid(5, 3, 80.0)
    assert (laid.columns, laid.rows, laid.common) == (1, 5, False)
    assert min(laid.heads) > grid(5, 3, 400.0).heads[0]
