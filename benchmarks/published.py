"""Presets meant for a GPU beside the values that papers report. See README.md.

Each row trains for at most ten minutes, or for the minutes that are asked for; a later call goes on from there.
Without a GPU nothing is trained: the cells stay empty.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch

from explorer.engine import ExplorerError, Session, Setup, describe, evaluate, load_run, new_session, resume_session
from explorer.engine.files import runs_folder

__all__ = ["ROWS", "Row", "main"]

_FULL = 10.0  # minutes: the length of the learning-rate schedule, however far a call trains


@dataclass(frozen=True)
class Row:
    """A model and what a paper reports of one like it.

    Attributes:
        page: Name of the page.
        preset: Title of its preset.
        data: The dataset, the preset's where "".
        metric: Key of what `evaluate` measures.
        unit: Its unit.
        published: The value in the paper, in that unit.
        source: The paper, and the model it is of.
        values: Settings that differ from the preset's.
        measure: Settings of the evaluation.
    """

    page: str
    preset: str
    metric: str
    unit: str
    published: float
    source: str
    data: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    measure: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Page and preset, and the dataset where it is not the preset's."""
        return f"{self.page}: {self.preset}" + (f" on {self.data}" if self.data else "")

    @property
    def folder(self) -> str:
        """Name of the folder of its run."""
        return re.sub(r"\W+", "-", self.name)

    def setup(self, device: str) -> Setup:
        """The setup of its run."""
        values = {"seconds": 60 * _FULL, **self.values}
        return Setup.of(self.page, preset=self.preset, data=self.data or None, values=values, device=device)


ROWS = (
    Row(
        "vae", "MNIST, 50 latents", "iwae_nats", "nats, log p", -86.76,
        "Burda et al., 2016, arXiv 1509.00519, table 1: VAE with one stochastic layer, K = 5,000", measure={"K": 5000},
    ),
    Row(
        "pixel-cnn", "MNIST, binarized, wide", "nll_nats", "nats, −log p", 81.30,
        "van den Oord et al., 2016, arXiv 1601.06759, table 4: PixelCNN",
    ),
    Row(
        "row-lstm", "MNIST, binarized, wide", "nll_nats", "nats, −log p", 80.54,
        "van den Oord et al., 2016, arXiv 1601.06759, table 4: Row LSTM",
    ),
    Row(
        "diagonal-bilstm", "MNIST, binarized", "nll_nats", "nats, −log p", 80.75,
        "van den Oord et al., 2016, arXiv 1601.06759, table 4: Diagonal BiLSTM of one layer; 79.20 with seven",
    ),
    Row(
        "maf", "Digits", "bits_per_dim", "bits/dim", 1.89,
        "Papamakarios et al., 2017, arXiv 1705.07057, bits per pixel of MNIST with α = 1e-6: MAF (5)",
        data="mnist", values={"layers": 5, "width": 1024, "hidden": 1, "alpha": 1e-6, "batch": 100, "lr": 3e-4},
    ),
    Row(
        "real-nvp-images", "MNIST, large", "bits_per_dim", "bits/dim", 4.36,
        "Dinh et al., 2014, arXiv 1410.8516: NICE, 1,980.50 nats of dequantised pixels; Real NVP reports no MNIST",
    ),
    Row(
        "avb", "Digits, adaptive contrast", "iwae_nats", "nats, log p", -89.6,
        "Mescheder et al., 2017, arXiv 1701.04722, table 1: AVB with adaptive contrast, 8 latents, by annealing",
        data="mnist-dynamic",
        values={"latent": 8, "noise": 32, "draws": 4, "hidden": 512, "hidden_p": 512, "batch": 128},
        measure={"K": 1000},
    ),
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="ROW", help="rows whose name contains this")
    parser.add_argument("--minutes", type=float, default=_FULL, metavar="M", help="of training of each row, at most 10")
    parser.add_argument("--n", type=int, default=None, help="test data to measure on; the whole split")
    parser.add_argument("--out", type=Path, default=None, help="folder of the runs; a later call goes on with them")
    parser.add_argument("--json", action="store_true", help="nothing but the JSON object")
    chosen = parser.parse_args(arguments)
    device = "cuda" if torch.cuda.is_available() else ""
    if not device:
        print("there is no GPU: no row is trained, and its cells stay empty", file=sys.stderr)
    folder = chosen.out or runs_folder() / "published"
    rows: dict[str, Any] = {}
    for row in ROWS:
        if chosen.only not in row.name:
            continue
        try:
            rows[row.name] = _measured(row, folder / row.folder, device, 60 * min(_FULL, chosen.minutes), chosen.n)
        except ExplorerError as error:
            rows[row.name] = {"skipped": str(error)}
        if not chosen.json:
            print(_line(row, rows[row.name]), flush=True)
    machine = {"device": describe(torch.device(device)) if device else "", "torch": torch.__version__}
    print(json.dumps({"machine": machine, "rows": rows}, allow_nan=False))
    return 0


def _measured(row: Row, folder: Path, device: str, seconds: float, limit: int | None) -> dict[str, Any]:
    """Trains a row up to some seconds, and measures it."""
    result = {"published": row.published, "unit": row.unit, "source": row.source}
    if not device:
        return result
    session = (
        resume_session(folder) if (folder / "config.json").exists() else new_session(row.setup(device), folder=folder)
    )
    steps, trained = _train(session, seconds)
    loaded = load_run(folder, device=device)
    measured = evaluate(loaded.model, loaded.tensors, limit=limit, settings=row.measure)
    ours, error = measured[row.metric], measured[f"{row.metric}_se"]
    return {**result, "ours": ours, "error": error, "n": measured["n"], "steps": steps, "seconds": round(trained, 1)}


def _train(session: Session, seconds: float) -> tuple[int, float]:
    """Trains until a session has trained for some seconds, and saves it; the steps and seconds so far."""
    try:
        while not session.finished and session.seconds < seconds:
            session.step()
        session.stop()
        return session.step_count, session.seconds
    finally:
        session.close()


def _line(row: Row, result: dict[str, Any]) -> str:
    if "skipped" in result:
        return f"{row.name:50} {result['skipped']}"
    ours = f"{result['ours']:.2f} ± {result['error']:.2f}" if "ours" in result else ""
    trained = f"{result['steps']:,} steps, {result['seconds']:.0f} s" if "ours" in result else ""
    return f"{row.name:50} {ours:>15} {row.published:>8.2f} {row.unit:12} {trained:24} {row.source}"


if __name__ == "__main__":
    sys.exit(main())
