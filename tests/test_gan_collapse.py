"""The collapse of the planar GAN: shares of the modes, names, extent, sentence, the leading mode, and its cure."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pages import kept_session, session
from scipy.spatial.distance import cdist

from explorer.engine import Request, Session, SessionViews, open_data
from explorer.figures import render
from models.exact.energy import energy_distance
from models.exact.modes import LEADS, count_modes, leading_mode, mode_names
from models.frames import Curves, Density, Discs, Field, Plane, Points
from models.gan.planar import GAN
from models.gan.planar.leading import LEADING, is_hopping, stretches
from models.gan.planar.samples import sight_of
from models.protocol import MetricCurve, RunHistory

ANGLE = torch.arange(8) * math.pi / 4
RING = 2 * torch.stack([ANGLE.cos(), ANGLE.sin()], dim=1)
SPACING = 4 * math.sin(math.pi / 8)


def gan(data: str = "ring8:n=1000", **values) -> Session:
    return session("gan", data=data, batch=16, steps=100, **values)


def frame(s: Session, view: str, **params):
    (frame,) = SessionViews(s).viewer.frames(Request(view, params=params), s.model)
    return frame


def affine(s: Session, weight, bias) -> None:
    """Makes the generator of no hidden layer a known map, data units to come out."""
    (layer,) = s.model.generator
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weight) / s.model.spread)
        layer.bias.copy_((torch.tensor(bias) - s.model.center) / s.model.spread)


def collapsed() -> Session:
    """A generator whose samples are all on the mode in the north-east."""
    s = gan(layers_g=0)
    affine(s, [[0.05, 0.0], [0.0, 0.05]], [math.sqrt(2), math.sqrt(2)])
    s.model.generator_updates.fill_(1000)
    return s


# Shares


@given(seed=st.integers(0, 10_000), k=st.integers(2, 9), n=st.integers(1, 60))
def test_shares_by_nearest_mode_are_those_of_brute_force(seed, k, n):
    rng = np.random.default_rng(seed)
    centers, x, std = rng.normal(size=(k, 2)), rng.normal(size=(n, 2)), 0.1
    spacing = cdist(centers, centers)[~np.eye(k, dtype=bool)].min()
    distance = cdist(x, centers)
    wanted = np.zeros((4, k), int)
    for row in distance:
        mode = int(row.argmin())
        for kind, limit in enumerate((np.inf, 3 * std, 0.3 * spacing, 0.5 * spacing)):
            wanted[kind, mode] += row[mode] <= limit
    counts = count_modes(torch.from_numpy(x), torch.from_numpy(centers), std)
    for part, values in zip((counts.nearest, counts.good, counts.near, counts.within), wanted, strict=True):
        assert part.tolist() == values.tolist()
    share = wanted[0] / n
    leading = int(leading_mode(torch.from_numpy(x).float(), torch.from_numpy(centers).float()))
    assert leading == (int(share.argmax()) if share.max() >= LEADS else -1)


def test_a_mode_is_held_up_to_3_standard_deviations_and_reached_up_to_half_of_the_spacing():
    inside, outside = (RING[:1] * (1 + share * SPACING / 2) for share in (0.49, 0.51))
    assert count_modes(inside, RING, 0.05).reached.tolist() == [True, *[False] * 7]
    assert not count_modes(outside, RING, 0.05).reached.any()
    assert not count_modes(inside, RING, 0.05).covered.any()
    close, far = (RING[:1] * (1 + deviations * 0.05 / 2) for deviations in (2.9, 3.1))
    assert count_modes(close, RING, 0.05).held.tolist() == [True, *[False] * 7]
    assert not count_modes(far, RING, 0.05).held.any()


def test_energy_distance_is_that_of_all_pairs_and_its_null_that_of_data_against_data():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 2)), rng.normal(1.0, 1.0, size=(40, 2))
    wanted = 2 * cdist(x, y).mean() - cdist(x, x).mean() - cdist(y, y).mean()
    assert energy_distance(torch.from_numpy(x), torch.from_numpy(y))[0] == pytest.approx(wanted)
    values, nulls = np.array([
        energy_distance(*(torch.from_numpy(rng.normal(size=(100, 2))) for _ in range(2))) for _ in range(60)
    ]).T  # fmt: skip
    assert values.mean() == pytest.approx(nulls.mean(), rel=0.1)
    assert energy_distance(torch.from_numpy(x), torch.from_numpy(x))[0] == pytest.approx(0.0, abs=1e-12)


# The picture of the modes


def test_modes_are_a_ring_with_its_winds_and_the_collapsed_one_is_full():
    picture = frame(collapsed(), "mode_map")
    assert isinstance(picture, Discs)
    assert picture.labels == ("E", "NE", "N", "NW", "W", "SW", "S", "SE")
    np.testing.assert_allclose(picture.xy, RING, atol=1e-6)
    assert picture.values.tolist() == [0, 100, 0, 0, 0, 0, 0, 0]
    assert (picture.headline, picture.caption, picture.subtitle) == ("1/8", "held", "1 of 8 held")
    full, core = picture.fillings()
    assert full.tolist() == [0, 1, 0, 0, 0, 0, 0, 0]
    assert core.tolist() == full.tolist()
    assert picture.is_ring()
    assert (
        picture.note == "100.0 % of 2,500 samples are within 3 std of a mode; a mode with at least 2 % there is held."
    )


def test_the_table_of_the_modes_has_the_numbers():
    lines = render(frame(collapsed(), "mode_map"), None, "csv").decode().splitlines()
    rows = [line.split(",") for line in lines if not line.startswith("#")]
    assert rows[0] == ["label", "x", "y", "nearest", "within 3 std", "data"]
    assert rows[2][0] == "NE"
    assert float(rows[2][3]) == 100.0


def test_modes_of_a_lattice_stand_in_place_and_other_data_at_the_means_of_their_classes():
    lattice = frame(gan("grid25:n=1000"), "mode_map")
    assert lattice.labels[:2] == ("1", "2")
    assert len(lattice.xy) == 25
    assert lattice.headline_place() is None
    assert 2 * lattice.radius() < cdist(lattice.xy, lattice.xy)[~np.eye(25, dtype=bool)].min()
    moons = frame(gan("moons:n=1000"), "mode_map")
    assert moons.labels == ("outer", "inner")
    assert moons.values.sum() == pytest.approx(100)
    assert moons.xy[0, 1] > moons.xy[1, 1]


def test_winds_are_those_of_the_ring_whatever_its_order():
    order = [3, 0, 6, 1, 5, 7, 2, 4]
    assert mode_names(RING[order] + 5.0) == ("NW", "E", "S", "NE", "SW", "SE", "N", "W")


# The extent


@given(seed=st.integers(0, 10_000), scale=st.floats(0.01, 300.0), shift=st.floats(-50.0, 50.0))
def test_all_data_and_95_percent_of_the_samples_are_in_sight(seed, scale, shift):
    rng = torch.Generator().manual_seed(seed)
    data = RING + 0.05 * torch.randn(8, 2, generator=rng)
    x = shift + scale * torch.randn(200, 2, generator=rng)
    x0, x1, y0, y1 = sight_of(data, x)
    low, high = torch.tensor([x0, y0]), torch.tensor([x1, y1])
    assert ((data > low) & (data < high)).all()
    assert ((x >= low - 1e-3) & (x <= high + 1e-3)).all(dim=1).double().mean() >= 0.95
    assert x1 - x0 == pytest.approx(y1 - y0)


def test_the_extent_grows_in_steps_and_shrinks_only_after_two_of_them():
    data = torch.tensor([[-1.0, -1.0], [1.0, 1.0]])
    widths = [sight_of(data, torch.full((10, 2), away))[1] for away in (0.0, 1.4, 1.6, 1.8, 1.9)]
    assert widths == pytest.approx([1.5, 1.5, 1.875, 1.875, 2.34375])
    planes = [
        Plane((), extent=sight_of(data, torch.full((10, 2), away)), slack=1.3) for away in (1.4, 1.6, 1.4, 1.9, 1.4)
    ]
    shown = [planes[0].extent]
    for plane in planes[1:]:
        shown.append(plane.settled(shown[-1]))
    assert [extent[1] for extent in shown] == pytest.approx([1.5, 1.875, 1.875, 2.34375, 1.5])
    exact = dataclasses.replace(planes[0], slack=1.0)
    assert exact.settled(shown[1]) == exact.extent


def test_the_map_fills_a_card_twice_as_wide_as_high_at_the_widest_extent_that_is_kept():
    picture = frame(gan(), "samples")
    x0, x1, y0, y1 = picture.extent
    a0, a1, b0, b1 = picture.layers[0].extent
    assert (a1 - a0) / (x1 - x0) >= 2 * picture.slack - 1e-6
    assert (b1 - b0) / (y1 - y0) >= picture.slack - 1e-6
    assert (a0 + a1) / 2 == pytest.approx((x0 + x1) / 2, abs=1e-6)
    assert picture.slack > 1.25  # one step of the extent


def test_samples_lie_above_data_and_data_above_arrows_and_trails_and_all_have_a_name():
    layers = frame(gan(), "samples").layers
    assert [type(layer) for layer in layers] == [Density, Field, Points, Points, Points]
    assert [layer.name for layer in layers[1:]] == ["−∇ of G's loss", "paths", "data", "samples"]
    assert [bool(getattr(layer, "trail", "")) for layer in layers] == [False, False, True, False, False]


# The sentence


def test_banner_and_map_of_the_modes_agree_on_samples_beside_a_mode():
    s = gan("ring8:std=0.05,n=1000", layers_g=0)
    affine(s, [[0.02, 0.0], [0.0, 0.02]], [math.sqrt(2), math.sqrt(2) - 0.6])  # 12 standard deviations below NE
    s.model.generator_updates.fill_(1000)
    modes = frame(s, "mode_map")
    assert frame(s, "samples").alert == "All samples nearest to one mode, NE, none within 3 std of it; none of 8 held"
    assert (modes.headline, modes.subtitle) == ("0/8", "0 of 8 held")
    assert modes.note.startswith("0.0 % of 2,500 samples are within 3 std of a mode")


def test_the_sentence_stands_in_the_alert_alone():
    s = collapsed()
    picture = frame(s, "samples")
    assert picture.alert == "All samples on one mode, NE; 7 of 8 lost"
    assert "mode" not in picture.note
    for view in ("mode_map", "modes"):
        other = frame(s, view)
        assert not other.alert
        assert not other.warning
        assert "lost" not in other.note


def test_a_generator_whose_leading_mode_changes_is_hopping():
    s = collapsed()
    for step, mode in enumerate([0] * 60 + [1] * 60 + [2] * 60, 1):
        s.journal.history.add(step, {LEADING: float(mode)})
    assert frame(s, "samples").alert == "All samples on one mode, NE; 7 of 8 lost; hopping"


# The leading mode


def test_a_hop_is_no_line_through_the_levels_between():
    s = collapsed()
    for step, mode in enumerate([7] * 50 + [0] * 50 + [1] * 50, 1):  # SE, then across the wrap to its neighbours
        s.journal.history.add(step, {LEADING: float(mode)})
    (series,) = frame(s, "leads").series
    x, y = series.pieces()
    np.testing.assert_array_equal(x, [0, 50, 50, 50, 100, 100, 100, 150])
    np.testing.assert_array_equal(y, [8, 8, np.nan, 1, 1, np.nan, 2, 2])
    assert series.x.tolist() == [0, 50, 50, 100, 100, 150]


def curve(*modes: int) -> MetricCurve:
    values = np.array(modes, dtype=float)
    return MetricCurve(np.arange(1, len(modes) + 1), values, values, values)


def test_a_short_spread_between_two_modes_is_a_hop_and_a_long_one_is_told():
    parts = stretches(curve(*[-1] * 50, *[3] * 30, *[-1] * 10, *[4] * 30, *[-1] * 45, *[4] * 5))
    assert [(each.start, each.stop, each.mode) for each in parts] == [
        (1, 50, -1), (51, 90, 3), (91, 120, 4), (121, 165, -1), (166, 170, 4),
    ]  # fmt: skip
    assert stretches(MetricCurve.empty()) == []


@given(modes=st.lists(st.integers(-1, 3), min_size=1, max_size=120))
def test_stretches_are_the_whole_run_without_gaps(modes):
    parts = stretches(curve(*modes))
    assert parts[0].start == 1
    assert parts[-1].stop == len(modes)
    assert all(a.stop + 1 == b.start and a.mode != b.mode for a, b in itertools.pairwise(parts))


def test_hopping_is_two_changes_within_500_rounds():
    def hops(*modes: int) -> bool:
        return is_hopping(RunHistory(lambda key: curve(*modes)))

    assert hops(*[0] * 100, *[1] * 100, *[2] * 100)
    assert not hops(*[0] * 100, *[1] * 100)
    assert not hops(*[0] * 100, *[1] * 100, *[2] * 600)
    assert not hops()


def test_the_leading_mode_of_each_step_is_in_the_history_and_drawn_as_steps():
    s = collapsed()
    for _ in range(3):
        s.step()
    assert s.journal.history.curve(LEADING).mean.tolist() == [1, 1, 1]
    picture = frame(s, "leads")
    assert isinstance(picture, Curves)
    assert picture.y_names == ("several", "E", "NE", "N", "NW", "W", "SW", "S", "SE")
    (series,) = picture.series
    assert series.x.tolist() == [0, 3]
    assert series.y.tolist() == [2, 2]
    other = gan("moons:n=1000")
    other.step()
    assert LEADING not in other.journal.history.keys()  # noqa: SIM118
    assert not len(frame(other, "leads").series[0].x)


def test_noise_of_training_is_what_it_was_without_the_leading_mode():
    a, b = gan(), gan()
    b.model.modes = torch.empty(0, 2)
    for s in (a, b):
        for _ in range(3):
            s.step()
    for left, right in zip(a.model.parameters(), b.model.parameters(), strict=True):
        torch.testing.assert_close(left, right, rtol=0, atol=0)


def test_the_other_measures_are_shown_one_group_at_a_time():
    s = gan()
    s.step()
    first, modes = frame(s, "measures"), frame(s, "measures", shown="modes")
    assert [series.key for series in first.series] == ["precision", "recall"]
    assert [series.key for series in modes.series] == ["modes", "modes_near"]
    assert len(first.series[0].x)
    assert modes.y_label == "Modes"


# The cure


def test_the_cure_is_live_and_goes_on_from_a_checkpoint_without_a_restart(tmp_path):
    preset = next(preset for preset in GAN.presets if preset.title == "Collapse")
    values = {**preset.config, **preset.training, "batch": 16, "steps": 1000, "hidden_g": 16}
    s = kept_session("gan", tmp_path / "run", data="ring8:std=0.05,n=1000", **values)
    for _ in range(5):
        s.step()
    state, folder = s.state(), s.run.folder
    s.load(state)
    s.change(**GAN.cure.set)
    assert s.step_count == 5
    s.step()
    assert s.step_count == 6
    assert s.run.folder == folder
    config, training = s.setup.config, s.setup.training
    assert (config.r1, config.updates_g) == (0.1, 1)
    assert (training.beta1, training.beta2, training.lr_d) == (0.0, 0.9, 1e-3)
    assert s.journal.history.last()["r1_penalty"] > 0
    phases = [s.substep() for _ in range(12)]
    assert [phase.player for phase in phases if phase.name == "update"] == ["discriminator", "generator"]
    s.close()


def test_the_single_changes_are_the_parts_of_the_cure():
    single = [suggestion for suggestion in GAN.try_next if suggestion.group]
    assert len(single) == 4
    together = {name: value for suggestion in single for name, value in suggestion.set.items()}
    assert together == dict(GAN.cure.set)
    assert GAN.cure.preset is None
    assert all(suggestion.preset is None for suggestion in single)


def test_the_data_of_a_new_run_are_the_only_source_of_centres():
    s = gan()
    torch.testing.assert_close(
        s.model.units.from_units(s.model.modes), torch.from_numpy(np.array(open_data("ring8:n=1000").centers)).float()
    )
    assert "modes" not in s.model.state_dict()
