"""Walks through latent space, directions, factors, blur and steps show what they say."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch
from vae_cases import generator, make, some_data

from explorer.engine import BadInput, Request, RunError, Session, SessionViews, Setup, Viewer, load_run, open_data
from explorer.engine.runs.directions import KeptDirection, find_direction, read_directions, write_directions
from explorer.engine.views.from_text import request_from_text
from models.exact.factors import explained, features, targets
from models.exact.normal import prior_kl
from models.protocol import BadValue, DataPoint, DataSpec, Direction, Factor, Image, LatentPoint, Noise, views_of
from models.vae.amortised.blur import blurry
from models.vae.amortised.model import VAE
from models.vae.amortised.steps import steps
from models.views.paths import along_axis, between_groups, nearest, slerp, straight
from models.views.walks import direction, interpolation, traversals


def picked(seed: int) -> DataPoint:
    return DataPoint(some_data(n=1, seed=seed).x, 0, 40 + seed)


def untrained(data: str) -> Session:
    return Session(Setup.of("vae", data=data, values={"hidden": 16}, device="cpu"), open_data(data), record=False)


def none(latent: int) -> Direction:
    return Direction("", torch.zeros(1, latent, dtype=torch.float64))


def test_a_sweep_keeps_the_other_coordinates_and_has_the_point_itself_in_order():
    z = torch.tensor([[0.4, -7.0, 1.0]], dtype=torch.float64)
    swept, place = along_axis(z, 0, -3.0, 3.0, 7)
    assert swept[:, 0].tolist() == [-3, -2, -1, 0, 0.4, 1, 2, 3]
    assert torch.equal(swept[place], z[0])
    assert (swept[:, 1:] == z[0, 1:]).all()
    below, place = along_axis(z, 1, -3.0, 3.0, 7)
    assert (place, below[0, 1]) == (0, -7.0)


def test_the_spherical_path_keeps_the_length_and_turns_at_a_constant_rate():
    a, b = torch.tensor([2.0, 0.0, 0.0]).double(), torch.tensor([0.0, 0.0, 2.0]).double()
    t = torch.linspace(0, 1, 7).double()
    path = slerp(a, b, t)
    expected = 2 * torch.stack([(t * np.pi / 2).cos(), torch.zeros(7).double(), (t * np.pi / 2).sin()], dim=1)
    torch.testing.assert_close(path, expected)
    torch.testing.assert_close(straight(a, b, t).norm(dim=1).min(), torch.tensor(2.0).double() / 2**0.5)
    torch.testing.assert_close(slerp(a, -a, t), straight(a, -a, t))  # no plane to turn in


def test_traversals_have_a_row_a_dimension_by_kl_with_the_chosen_point_framed():
    model, batch = make(latent=3, spread=2.0), some_data(n=9)
    z = LatentPoint(torch.tensor([[0.3, -0.2, 5.0]], dtype=torch.float64))
    frame = traversals(model, z, batch)
    mean, log_var = (part.detach() for part in model.encode(batch.x))
    order = prior_kl(mean, log_var).mean(dim=0).argsort(descending=True).tolist()
    assert frame.row_labels == tuple("z₁z₂z₃"[2 * dim : 2 * dim + 2] for dim in order)
    chosen = model.decode_mean(z.z).detach().numpy()
    for row, place in enumerate(frame.marked):
        assert place // frame.columns == row
        np.testing.assert_allclose(frame.images[place], chosen[0], atol=1e-12)
    first = z.z.clone()
    first[0, order[0]] = -3.0
    np.testing.assert_allclose(frame.images[0], model.decode_mean(first)[0].detach(), atol=1e-12)
    spread = traversals(model, z, batch, span="posterior")
    d = order[0]
    low = mean[:, d].mean() - 3 * (mean[:, d].var(correction=0) + log_var[:, d].exp().mean()).sqrt()
    if float(low) < float(z.z[0, d]):
        first[0, d] = low
        np.testing.assert_allclose(spread.images[0], model.decode_mean(first)[0].detach(), atol=1e-12)


def test_interpolation_goes_from_one_posterior_mean_to_the_other_between_the_data():
    model = make(latent=4, spread=2.0)
    start, end = picked(3), picked(8)
    frame = interpolation(model, start, end)
    assert frame.row_labels == ("straight", "spherical")
    a, b = (model.encode(datum.x)[0].detach() for datum in (start, end))
    for row in (0, 11):
        np.testing.assert_array_equal(frame.images[row], start.x[0])
        np.testing.assert_array_equal(frame.images[row + 10], end.x[0])
        np.testing.assert_allclose(frame.images[row + 1], model.decode_mean(a)[0].detach(), atol=1e-12)
        np.testing.assert_allclose(frame.images[row + 9], model.decode_mean(b)[0].detach(), atol=1e-12)
    np.testing.assert_allclose(frame.images[5], model.decode_mean((a + b) / 2)[0].detach(), atol=1e-12)
    assert frame.marked == (0, 10, 11, 21)
    assert frame.index.tolist()[:2] == [43, -1]
    assert "43" in frame.subtitle
    assert "48" in frame.subtitle
    assert interpolation(model, start, end, path="straight").row_labels == ("straight",)


def test_a_direction_between_classes_is_the_difference_of_their_mean_posterior_means():
    model, batch = make(latent=3), some_data(n=9)
    z = LatentPoint(torch.tensor([[0.5, 0.0, -1.0]], dtype=torch.float64))
    given = (z, batch, picked(3), picked(8))
    frame = direction(model, *given, none(3), source=2, target=0)
    mean = model.encode(batch.x)[0].detach()
    expected = mean[batch.y == 0].mean(0) - mean[batch.y == 2].mean(0)
    np.testing.assert_allclose(frame.direction, expected)
    middle = len(frame.images) // 2
    assert frame.marked == (middle,)
    for t, place in ((-1.0, 0), (0.0, middle), (1.0, -1)):
        np.testing.assert_allclose(
            frame.images[place], model.decode_mean(z.z + t * expected)[0].detach(), atol=1e-12
        )  # fmt: skip
    with pytest.raises(BadValue, match="no image of class 7 among these; classes go from 0 to 2"):
        direction(model, *given, none(3), source=7)
    groups = direction(model, *given, none(3), between="picked", neighbours=2)
    ends = [model.encode(datum.x)[0][0] for datum in given[2:]]
    near = [mean[(mean - end.detach()).norm(dim=1).argsort()[:2]].mean(0) for end in ends]
    np.testing.assert_allclose(groups.direction, near[1] - near[0])
    kept = Direction("thicker", torch.tensor([[1.0, 2.0, 3.0]], dtype=torch.float64))
    shown = direction(model, *given, kept)
    assert shown.direction.tolist() == [1.0, 2.0, 3.0]
    assert "thicker" in shown.subtitle


def test_groups_are_the_nearest_and_their_difference_that_of_the_means():
    points = torch.tensor([[0.0, 0.0], [3.0, 0.0], [1.0, 0.0]])
    assert nearest(points, torch.tensor([0.1, 0.0]), 2).tolist() == [0, 2]
    assert between_groups(points[:1], points[1:]).tolist() == [2.0, 0.0]


def test_mean_and_draw_are_of_the_same_z():
    model, batch = make(spread=2.0), some_data(n=4)
    frame = blurry(model, batch, Noise(3))
    stream = Noise(3).rng()
    z = torch.randn(4, 2, generator=stream, dtype=torch.float64)
    np.testing.assert_allclose(frame.images[:4], model.decode_mean(z).detach())
    np.testing.assert_array_equal(frame.images[4:], model.decode_draw(z, rng=stream).detach())
    assert frame.row_labels == ("mean", "draw")
    from_data = blurry(model, batch, Noise(3), of="reconstructions")
    np.testing.assert_array_equal(from_data.images[:4], batch.x)
    np.testing.assert_allclose(from_data.images[4:8], model.decode_mean(model.encode(batch.x)[0]).detach())
    grey = ((frame.images[:4] > 0.1) & (frame.images[:4] < 0.9)).mean()
    assert f"{grey:.0%} of its values" in frame.note
    continuous = blurry(make(values="grey", decoder="gaussian"), some_data(n=4, binary=False), Noise(3))
    assert "specks (0.1" in continuous.note  # σ is 0.1


# Factors

ANGLE, SIZE, SHAPE = Factor("angle", period=2.0), Factor("size"), Factor("shape", values=("a", "b", "c"))


def test_equal_meanings_have_equal_targets():
    column = np.array([0.25, 2.25, -1.75])
    np.testing.assert_allclose(targets(column, ANGLE), np.tile(targets(column[:1], ANGLE), (3, 1)), atol=1e-12)
    np.testing.assert_allclose(targets(np.array([0.0]), ANGLE), [[1, 0]], atol=1e-12)
    assert targets(np.array([2.0, 0.0]), SHAPE).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_r_squared_is_1_for_what_a_latent_holds_and_0_for_what_none_holds():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(4000, 3))
    noise = rng.normal(size=4000)
    columns = np.column_stack([z[:, 0] ** 3 - z[:, 0], z[:, 1] + noise, rng.normal(size=4000), z[:, 0] * z[:, 2]])
    found = explained(z, columns, [SIZE] * 4)
    assert found.shape == (4, 4)
    assert found[0, 0] == pytest.approx(1.0)
    assert found[1, 1] == pytest.approx(0.5, abs=0.03)  # half of the variance is noise
    assert found[:, 2].max() < 0.005
    assert found[:3, 3].max() < 0.02  # a product of two is told by both together alone
    assert found[3, 3] == pytest.approx(1.0)


def test_r_squared_agrees_with_a_fit_by_normal_equations():
    rng = np.random.default_rng(1)
    z, y = rng.normal(size=(60, 2)), rng.normal(size=60)
    design = features(z)
    fit = design @ np.linalg.solve(design.T @ design, design.T @ y)
    rest, total = ((y - fit) ** 2).sum(), ((y - y.mean()) ** 2).sum()
    adjusted = 1 - rest / (60 - design.shape[1]) / (total / 59)
    assert explained(z, y[:, None], [SIZE])[2, 0] == pytest.approx(max(0.0, adjusted))


def test_a_circular_factor_is_found_on_a_circle_and_a_collapsed_latent_tells_nothing():
    rng = np.random.default_rng(2)
    angle = rng.uniform(0, 2, 500)
    z = np.column_stack([np.cos(np.pi * angle), np.sin(np.pi * angle), np.zeros(500)])
    found = explained(z, angle[:, None], [ANGLE])
    assert found[3, 0] == pytest.approx(1.0)
    assert found[2, 0] == pytest.approx(0.0, abs=1e-12)
    assert found[0, 0] == pytest.approx(0.5, abs=0.03)  # cos alone


def test_the_view_of_factors_is_offered_where_factors_are_known():
    view = views_of(VAE)["factors"]
    spec = DataSpec(Image(1, 8, 8, "grey"), 10)
    assert not view.applies(VAE, VAE.Config(), spec)
    assert not view.applies(VAE, VAE.Config())
    known = dataclasses.replace(spec, factors=(ANGLE, SIZE, SHAPE))
    assert view.applies(VAE, VAE.Config(), known)
    again = DataSpec.from_json(json.loads(json.dumps(known.to_json())))
    assert again.factors == known.factors


def test_sprites_hand_their_factors_to_the_view():
    session = untrained("sprites")
    batch = session.data.batch("valid", 0, 20)
    np.testing.assert_array_equal(batch.factors, session.data.data.valid.factors[:20])
    frame = SessionViews(session).viewer.last_frame(Request("factors"))
    assert frame.column_labels == ("shape", "size", "rotation", "x", "y")
    assert frame.row_labels == ("z₁", "z₂", "all")
    mean = session.model.encode(session.data.batch("valid", 0, 500).x)[0].detach().double().numpy()
    factors = session.data.data.valid.factors[:500]
    np.testing.assert_allclose(frame.values, explained(mean, factors, session.model.spec.factors), atol=1e-6)
    assert session.data.train_batch(0, 4, generator()).factors is None


# Steps


@pytest.mark.parametrize("part", ["encoder", "q"])
def test_a_step_on_lambda_leaves_log_p_and_one_on_beta_raises_it(part):
    model, point = make(latent=2, spread=2.0), picked(3)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    *_, frame = steps(model, point, part=part, gain=0.05)
    evidence, elbo, gap, evidence_p, elbo_p, gap_p = frame.values
    assert evidence == pytest.approx(0.0, abs=2e-4)
    assert elbo > 0
    assert gap == pytest.approx(-elbo, abs=2e-4)
    assert evidence_p > 0
    assert 0.02 < elbo_p < 0.06  # about what the slope says
    assert evidence_p == pytest.approx(elbo_p + gap_p, abs=1e-9)
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


def test_the_other_form_of_the_bound_has_the_entropy_of_q():
    model, batch = make(latent=3), some_data(n=5)
    terms = model.loss(batch, rng=generator())
    mean, log_var = model.encode(batch.x)
    q = torch.distributions.Normal(mean, (0.5 * log_var).exp())
    torch.testing.assert_close(terms["entropy"], q.entropy().sum(dim=1).mean())
    noise = torch.randn(mean.shape, generator=generator(), dtype=torch.float64)
    z = mean + (0.5 * log_var).exp() * noise
    prior = torch.distributions.Normal(0.0, 1.0)
    likelihood = torch.distributions.Bernoulli(logits=model.decoder(z)).log_prob(batch.x).sum(dim=(1, 2, 3))
    expected_prior = -torch.distributions.kl_divergence(q, prior).sum(1) - q.entropy().sum(1)  # E_q log p(z)
    torch.testing.assert_close(terms["joint"], (likelihood + expected_prior).mean())


# Directions that are kept


def test_directions_are_saved_and_read_back_and_found_by_name(tmp_path):
    kept = [KeptDirection("thicker", (0.1, -2.5e-7, 3.0), 40, "class 1 to 7"), KeptDirection("ß 2", (1.0, 0.0, 0.0))]
    assert read_directions(tmp_path) == ()
    write_directions(tmp_path, kept)
    assert read_directions(tmp_path) == tuple(kept)
    assert find_direction(kept, "thicker", 3).on().vector.tolist() == [[0.1, -2.5e-7, 3.0]]
    with pytest.raises(BadInput, match="no direction thinner; there are: thicker, ß 2"):
        find_direction(kept, "thinner", 3)
    with pytest.raises(BadInput, match="has 3 numbers; this latent space has 2"):
        find_direction(kept, "thicker", 2)
    nameless = '{"format": 1, "directions": [{"name": "a", "vector": ["x"]}]}'
    for broken in ('{"format": 1}', '{"format": 9, "directions": []}', "[", nameless):
        (tmp_path / "directions.json").write_text(broken)
        with pytest.raises(RunError, match=r"directions\.json"):
            read_directions(tmp_path)


def test_a_kept_direction_survives_a_resume_and_the_command_line_finds_it(tmp_path):
    from explorer.engine import new_session, resume_session

    setup = Setup.of("vae", data="digits", values={"hidden": 16, "steps": 4}, device="cpu")
    folder = tmp_path / "run"
    session = new_session(setup, folder=folder, record=False)
    session.step()
    session.save()
    write_directions(folder, [KeptDirection("up", (0.0, 1.5), 1)])
    session.close()
    resumed = resume_session(folder)
    while not resumed.finished:
        resumed.step()
    resumed.save()
    resumed.close()
    loaded = load_run(folder)
    viewer = Viewer(loaded.model, loaded.tensors)
    view, text = viewer.view("direction"), {"along": "up", "z": "1,0", "point": "3", "end": "4"}
    request = request_from_text(view, loaded.model, loaded.tensors, text, read_directions(folder))
    frame = viewer.last_frame(request)
    assert frame.direction.tolist() == [0.0, 1.5]
    with torch.no_grad():
        np.testing.assert_allclose(frame.images[-1], loaded.model.decode_mean(torch.tensor([[1.0, 1.5]]))[0], atol=1e-6)
    with pytest.raises(BadInput, match="no direction down"):
        request_from_text(view, loaded.model, loaded.tensors, {"along": "down"}, read_directions(folder))


def test_the_second_of_two_data_is_another_one_where_none_was_picked():
    session = untrained("digits")
    frame = SessionViews(session).viewer.last_frame(Request("interpolation"))
    assert frame.index[[0, 10]].tolist() == [0, 1]
