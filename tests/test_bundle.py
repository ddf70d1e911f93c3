"""The bundled model is small, whole, honest about its data, and draws digits; a run becomes one and comes back."""

from __future__ import annotations

import dataclasses
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

import explorer.engine.bundle as bundle
from explorer.data import open_dataset
from explorer.engine import BadInput, Request, RunError, Setup, evaluate, load_run, new_session
from explorer.engine.bundle import BUNDLES, LARGEST, make_bundle, open_bundle, read_card
from models.protocol import LatentPoint

_ROOT = Path(__file__).parents[1]
_WEIGHTS = _ROOT / "assets" / "weights"
_FIRST = next(iter(BUNDLES["vae"].values()))
_SHARED = _ROOT.parent / "shared" / "data"


@pytest.fixture(scope="module")
def shipped():
    return open_bundle("vae")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of a few steps on grey digits."""
    folder = tmp_path_factory.mktemp("run") / "run"
    values = {"hidden": 24, "layers": 1, "steps": 12, "batch": 32}
    session = new_session(Setup.of("vae", data="digits", values=values, seed=3, device="cpu"), folder=folder)
    while not session.finished:
        session.step()
    session.close()
    return folder


def bundled(monkeypatch, path: Path) -> None:
    monkeypatch.setitem(BUNDLES, "vae", {"One": str(path)})


# The file that is shipped


def test_the_shipped_file_is_small_and_opens_in_single_precision(shipped):
    assert (_WEIGHTS / _FIRST).stat().st_size <= LARGEST == 2_000_000
    assert {p.dtype for p in shipped.page.parameters()} == {torch.float32}
    assert not shipped.page.training
    assert shipped.page.latent_dim == 2
    assert shipped.page.spec.n == 50_000
    assert shipped.step == read_card("vae")["steps"]


def test_every_view_says_that_it_shows_test_images(shipped):
    for split in ("train", "valid", "test"):
        assert shipped.data.batch(split).split == "test"
    shown = {name: shipped.viewer.last_frame(Request(name)) for name in ("latent_map", "nearest", "reconstructions")}
    assert shown["latent_map"].subtitle == "posterior means, 2,000 test images"
    assert len(shown["latent_map"].layers[-1].xy) == 2000
    assert "2,000 test images" in shown["nearest"].subtitle
    assert "test" in shown["reconstructions"].row_labels[0]
    assert "2,000 test images" in shipped.note


def test_the_map_parts_the_classes(shipped):
    batch = shipped.data.batch("test")
    assert np.bincount(batch.y).min() > 150
    with torch.no_grad():
        z = shipped.page.encode(batch.x)[0].numpy()
    accuracy = cross_val_score(KNeighborsClassifier(5), z[:600], batch.y.numpy()[:600], cv=LeaveOneOut()).mean()
    assert accuracy >= 0.7


def test_what_it_decodes_looks_like_digits_of_the_class_it_was_made_from(shipped):
    batch = shipped.data.batch("test")
    with torch.no_grad():
        decoded = shipped.page.decode_mean(shipped.page.encode(batch.x)[0]).flatten(1)
    distances = torch.cdist(decoded[:500], batch.x.flatten(1))
    distances[torch.arange(500), torch.arange(500)] = torch.inf  # not the image itself
    assert (batch.y[distances.argmin(dim=1)] == batch.y[:500]).float().mean() >= 0.7


def test_its_elbo_is_about_that_of_its_card(shipped):
    card, rng = read_card("vae")["test"], torch.Generator().manual_seed(0)
    batch = shipped.data.batch("test")
    with torch.no_grad():
        elbo = float(shipped.page.loss(batch, rng=rng)["elbo"])
    assert abs(elbo - card["elbo_nats"]) < 4 * card["elbo_nats_se"] * (card["n"] / len(batch)) ** 0.5


def test_the_readme_tells_what_the_card_tells():
    card, text = read_card("vae"), (_WEIGHTS / "README.md").read_text(encoding="utf-8")
    test = card["test"]
    assert card["data_digest"] in text
    assert f"{card['steps']:,} steps" in text
    assert f"−{-test['elbo_nats']:.2f} ± {test['elbo_nats_se']:.2f}" in text
    assert f"−{-test['iwae_nats']:.2f} ± {test['iwae_nats_se']:.2f}" in text
    assert f"{test['knn5_accuracy']:.3f} ± {test['knn5_accuracy_se']:.3f}" in text
    assert f"{(_WEIGHTS / _FIRST).stat().st_size:,} bytes" in text
    assert f"{sum(p.numel() for p in open_bundle('vae').page.parameters()):,} weights" in text
    line = next(line for line in text.splitlines() if line.startswith("dgm-explorer train"))
    assert _setup_of(line.replace("--out RUN", "")) == _setup_of(card["command"])


def _setup_of(command: str) -> Setup:
    from explorer.cli.arguments import parse, read_pairs

    given = parse(shlex.split(command)[1:])
    length = {"steps": given.steps} if given.steps is not None else {"seconds": given.seconds}
    values = {**read_pairs(given.set), **length}
    return Setup.of(
        given.page, preset=given.preset, data=given.data, values=values, seed=given.seed, device=given.device
    )


_OTHERS = [(page, title) for page, titles in BUNDLES.items() for title in titles][1:]


@pytest.mark.parametrize(("page", "title"), _OTHERS)
def test_the_other_files_are_small_whole_and_told_of_in_the_readme(page, title):
    path, text = _WEIGHTS / BUNDLES[page][title], (_WEIGHTS / "README.md").read_text(encoding="utf-8")
    assert path.stat().st_size <= LARGEST
    card, made = read_card(page, title), open_bundle(page, title)
    section = text.split(f"## `{path.name}`")[1].split("\n## ")[0]
    assert f"{path.stat().st_size:,} bytes" in section
    assert card["data_digest"] in section
    assert f"{card['steps']:,} steps" in section
    assert f"{sum(p.numel() for p in made.page.parameters()):,} weights" in section
    test = card["test"]
    told = [key for key in ("elbo_nats", "iwae_nats", "bits_per_sample", "nll_nats", "error") if key in test]
    for key in told:
        assert f"{test[key]:.2f} ± {test[f'{key}_se']:.2f}".replace("-", "−") in section
    line = next(line for line in section.splitlines() if line.startswith("dgm-explorer train"))
    assert _setup_of(line.replace("--out RUN", "")) == _setup_of(card["command"])
    cheap = {"vae": {"K": 2, "quadrature": False}, "ddpm-images": {"passes": 1}}.get(page, {})
    found = evaluate(made.page, made.data, limit=1000 if page == "vae" else 100, settings=cheap)
    assert abs(found[told[0]] - test[told[0]]) < 4 * found[f"{told[0]}_se"]


def test_sounds_are_packed_with_their_lengths_and_read_back(tmp_path, monkeypatch):
    values = {"layers": 3, "cycle": 3, "residual": 4, "gate": 4, "skip": 4, "head": 4, "steps": 2, "batch": 1}
    setup = Setup.of("wavenet", data="tones:n=50", values=values, device="cpu")
    data = open_dataset("tones:n=50")
    padded = dataclasses.replace(data.test, lengths=np.full(len(data.test), data.test.x.shape[1] - 7))
    session = new_session(setup, folder=tmp_path / "run")
    while not session.finished:
        session.step()
    session.close()
    loaded = load_run(tmp_path / "run")
    monkeypatch.setattr("explorer.engine.bundle.load_run", lambda path: dataclasses.replace(loaded, data=shorter))
    shorter = dataclasses.replace(loaded.data, test=padded)
    make_bundle(tmp_path / "run", tmp_path / "sound.safetensors", count=20)
    monkeypatch.setitem(BUNDLES, "wavenet", {"One": str(tmp_path / "sound.safetensors")})
    opened = open_bundle("wavenet")
    index = np.linspace(0, len(data.test) - 1, 20).round().astype(int)
    np.testing.assert_array_equal(opened.data.data.test.x, data.test.x[index])
    np.testing.assert_array_equal(opened.data.data.test.lengths, padded.lengths[index])
    batch = opened.data.batch("test")
    assert batch.mask is not None
    assert batch.mask.sum(dim=1).tolist() == [data.test.x.shape[1] - 7] * 20
    assert "20 test sounds" in opened.note


def test_a_title_that_is_not_there_is_refused():
    with pytest.raises(BadInput, match=r"no model Faces of page vae comes with the application; there are MNIST, 2-D"):
        open_bundle("vae", "Faces")


@pytest.mark.skipif(not (_SHARED / "mnist").is_dir(), reason="no copy of MNIST at hand")
def test_its_images_are_those_of_the_test_split(shipped, monkeypatch):
    monkeypatch.setenv("DGM_EXPLORER_MIRROR", _SHARED.as_uri())
    data = open_dataset("mnist-dynamic")
    assert data.digest == read_card("vae")["data_digest"]
    index = np.linspace(0, 9999, 2000).round().astype(int)
    batch = shipped.data.batch("test")
    np.testing.assert_array_equal(batch.x.numpy(), data.test.x[index] > 0)
    np.testing.assert_array_equal(batch.y.numpy(), data.test.y[index])


# From a run and back


def test_a_run_comes_back_with_halved_weights_and_its_own_test_images(run, tmp_path, monkeypatch):
    path = tmp_path / "small.safetensors"
    card = make_bundle(run, path, count=50)
    bundled(monkeypatch, path)
    made, trained = open_bundle("vae"), load_run(run)
    for name, weight in trained.model.state_dict().items():
        assert torch.equal(made.page.state_dict()[name], weight.half().float())
    index = np.linspace(0, 296, 50).round().astype(int)
    batch = made.data.batch("valid")
    np.testing.assert_allclose(batch.x.numpy(), trained.data.test.x[index] / 16)
    np.testing.assert_array_equal(batch.y.numpy(), trained.data.test.y[index])
    assert card["test"]["n"] == 297
    trained.model.load_state_dict({n: w.half().float() for n, w in trained.model.state_dict().items()})
    assert card["test"]["elbo_nats"] == pytest.approx(evaluate(trained.model, trained.tensors)["elbo_nats"], abs=1e-4)
    setup, again = trained.run.setup, _setup_of(card["command"])
    assert (again.config, again.training, again.seed, again.data) == (
        setup.config, setup.training, setup.seed, setup.data,
    )  # fmt: skip
    assert made.history.last()["held_out.elbo"] < 0


@pytest.mark.parametrize("harm", ["cut", "changed", "missing", "another"])
def test_a_damaged_file_gives_one_clear_line(harm, run, tmp_path, monkeypatch):
    path = tmp_path / "small.safetensors"
    make_bundle(run, path, count=10)
    content = bytearray(path.read_bytes())
    if harm == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif harm == "changed":
        content[-100] ^= 1
        path.write_bytes(content)
    elif harm == "missing":
        path.unlink()
    else:
        monkeypatch.setattr(bundle, "_FORMAT", 99)
    bundled(monkeypatch, path)
    with pytest.raises(RunError, match=r"^the bundled model .* cannot be used \(.+\); install the application again$"):
        open_bundle("vae")


def test_what_cannot_be_bundled_is_refused(run, tmp_path, monkeypatch, command):
    with pytest.raises(BadInput, match="no model of page gauss"):
        open_bundle("gauss")
    monkeypatch.setattr(bundle, "LARGEST", 3000)
    with pytest.raises(BadInput, match="train a narrower model"):
        make_bundle(run, tmp_path / "large.safetensors")
    with pytest.raises(BadInput, match="beyond half precision"):
        bundle._halved("layer", torch.tensor([1e6]))
    done = command("bundle", tmp_path / "nowhere", "--out", tmp_path / "f.safetensors")
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_the_file(run, tmp_path, command):
    done = command("bundle", run, "--out", tmp_path / "f.safetensors")
    assert done.code == 0
    size = int(re.search(r"([\d,]+) bytes", done.out)[1].replace(",", ""))
    assert size == (tmp_path / "f.safetensors").stat().st_size


# What an exhibit saves


def test_a_picture_of_fixed_weights_is_made_once_for_each_input(shipped):
    def ask(stamp, **inputs):
        return shipped.viewer.answer(Request("decode", inputs, stamp=stamp), shipped.page, shipped.step)

    here, there = LatentPoint(torch.zeros(1, 2)), LatentPoint(torch.ones(1, 2))
    first, again, moved = ask(1, z=here), ask(2, z=LatentPoint(torch.zeros(1, 2))), ask(3, z=there)
    assert again.frame is first.frame
    assert (first.request.stamp, again.request.stamp) == (1, 2)
    assert not np.array_equal(moved.frame.images, first.frame.images)
    drawn = shipped.viewer.answer(Request("decode", {"z": there}, {"show": "draw"}), shipped.page, shipped.step)
    assert not np.array_equal(drawn.frame.images, moved.frame.images)
