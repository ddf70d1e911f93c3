"""What a GPU makes of every model: eager rounds, captured rounds, a session, and a session that is watched.

One script without Qt, at most six minutes for all rows. Without a GPU it says so and times sessions on the
CPU. See README.md.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch

from benchmarks.watched import WatchedSession
from explorer.engine import ExplorerError, Session, Setup, open_data
from explorer.engine.devices import describe, prepare_thread
from models import find_page

__all__ = ["ROWS", "Row", "main"]

_FOREVER = 100_000_000  # steps: the schedule stays at its beginning
_BETWEEN = 64  # steps between two waits for the device, about a display interval of a small model
_WARM_UP = 8  # rounds before a measurement: eager ones, and the first replays
_RATIOS = ("graph_by_eager", "session_by_graph", "watched_by_graph", "session_by_cpu")
_EARLY = 1.5  # seconds of a watched session that are not counted: at first nearly every step is recorded


@dataclass(frozen=True)
class Row:
    """A model with one kind of data.

    Attributes:
        page, preset: What is trained.
        wanted: Least ratio of captured to eager steps a second: 7 for models that launches bind, 3 for convolutions on
            images of 28 × 28, None where nothing was asked.
        values: Settings that differ from the preset's.
    """

    page: str
    preset: str
    wanted: float | None = None
    values: tuple[tuple[str, Any], ...] = ()

    @property
    def name(self) -> str:
        """Page and preset."""
        return f"{self.page}: {self.preset}"


ROWS = (
    Row("vae", "Digits, 2-D latent", 7),
    Row("vae", "MNIST, 2-D latent", 7),
    Row("vae", "MNIST, 50 latents", 3),
    Row("vae-per-datapoint", "Digits, 2-D latent"),
    Row("gan", "Converges", 7),
    Row("gan-images", "Digits", 7),
    Row("gan-images", "MNIST, wide", 3),
    Row("tabular", "Binary digits, by gradient", 7),
    Row("pixel-rnn", "Binary digits", 7),
    Row("row-lstm", "Binary digits", 7),
    Row("diagonal-bilstm", "Binary digits", 7),
    Row("pixel-cnn", "Binary digits", 7, (("micro_batches", 1),)),
    Row("pixel-cnn", "MNIST, binarized, wide", 3),
    Row("wavenet", "Tones", 7),
    Row("real-nvp", "Two moons", 7),
    Row("real-nvp", "Six columns", 7),
    Row("maf", "Two moons", 7),
    Row("maf", "Six columns", 7),
    Row("maf", "Digits", 7),
    Row("iaf", "Two moons", 7),
    Row("iaf", "Six columns", 7),
    Row("real-nvp-images", "Digits", 7),
    Row("real-nvp-images", "MNIST, large", 3),
    Row("avb", "Two modes, annealed", 7),
    Row("avb", "Digits, adaptive contrast", 7),
    Row("implicit", "g-and-k, adversarial", 7),
    Row("ddpm", "Ring, ε", 7),
    Row("flow-matching", "Ring", 7),
    Row("ddpm-images", "Digits", 7),
    Row("ddpm-images", "MNIST, wide", 3),
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="rows whose name contains this")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each measurement, at most 2")
    parser.add_argument("--device", default="cuda:0" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--json", action="store_true", help="nothing but the JSON object")
    chosen = parser.parse_args(arguments)
    device = torch.device(chosen.device)
    prepare_thread()
    if device.type != "cuda":
        print("there is no GPU: sessions are timed on the CPU, and the columns of graphs stay empty", file=sys.stderr)
    rows: dict[str, Any] = {}
    for row in ROWS:
        if chosen.only not in row.name:
            continue
        try:
            rows[row.name] = _measure(row, device, min(2.0, chosen.seconds))
        except ExplorerError as error:
            rows[row.name] = {"skipped": str(error)}
        if not chosen.json:
            print(_line(row, rows[row.name]), flush=True)
    machine = {"device": describe(device), "python": platform.python_version(), "torch": torch.__version__}
    print(json.dumps({"machine": machine, "rows": rows}, allow_nan=False))
    return 0


def _measure(row: Row, device: torch.device, seconds: float) -> dict[str, Any]:
    def setup(graphs: bool, place: torch.device = device) -> Setup:
        values = {"steps": _FOREVER, "graphs": graphs, **dict(row.values)}
        return Setup.of(row.page, preset=row.preset, values=values, device=str(place))

    def made(graphs: bool, place: torch.device = device) -> Session:
        session = Session(setup(graphs, place), data, record=False)
        session.journal.validator.due = lambda step: False  # type: ignore[method-assign]
        for _ in range(_WARM_UP):
            session.step()
        session.flush()
        return session

    data = open_data(setup(True).data)
    result: dict[str, Any] = {"eager": _rate(made(False).step, device, seconds)}
    session = made(True)
    bare = _bare(session)
    if bare is not None:
        result["graph"] = _rate(bare, device, seconds)
    result["session"] = _rate(session.step, device, seconds)
    result["graphs"] = session.trainer.graphs.told
    result |= _watched(setup(True), data, device, seconds)
    result["wanted"] = row.wanted
    if device.type != "cpu" and _is_for_a_cpu(row):
        cpu = torch.device("cpu")
        result["cpu"] = _rate(made(True, cpu).step, cpu, seconds)
        result["session_by_cpu"] = round(result["session"] / result["cpu"], 2)
    if bare is not None:
        result["graph_by_eager"] = round(result["graph"] / result["eager"], 2)
        result["session_by_graph"] = round(result["session"] / result["graph"], 2)
        result["watched_by_graph"] = round(result["watched"] / result["graph"], 2)
    return result


def _is_for_a_cpu(row: Row) -> bool:
    """Whether the preset is meant for a CPU, where it is timed too: "auto" rests on the comparison."""
    return any(preset.title == row.preset and preset.device == "cpu" for preset in find_page(row.page).presets)


def _bare(session: Session) -> Callable[[], None] | None:
    """The loop that anyone would write around the session's graph: the next positions, and a replay."""
    graphs = list(session.trainer.graphs.graphs.values())
    if not graphs:
        return None
    graph, batch, position = graphs[-1], session.setup.training.batch, 0

    def step() -> None:
        nonlocal position
        updates = len(graph.index)
        for update in range(updates):
            graph.index[update].copy_(session.data.order(position + update * batch, batch))
        position += updates * batch
        graph.replay()

    return step


def _watched(setup: Setup, data: Any, device: torch.device, seconds: float) -> dict[str, Any]:
    """A session with a run, recording, validation and the views of the first scene, as the window asks for them."""
    with tempfile.TemporaryDirectory() as folder:
        session = WatchedSession(setup, data, Path(folder) / "run")
        try:
            with session.display_model():
                _rate(session.step, device, _EARLY)
            session.forget()
            with session.display_model():
                rate = _rate(session.step, device, seconds)
            report = session.report()
        finally:
            session.close()
    return {"watched": rate, "share_of_time_percent": report["share_of_time_percent"], "errors": report["errors"]}


def _rate(step: Callable[[], None], device: torch.device, seconds: float) -> float:
    """Steps a second."""
    _wait(device)
    began, steps = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        step()
        steps += 1
        if steps % _BETWEEN == 0:
            _wait(device)
    _wait(device)
    return round(steps / (time.perf_counter() - began), 1)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _line(row: Row, result: dict[str, Any]) -> str:
    if "skipped" in result:
        return f"{row.name:44} {result['skipped']}"
    cells = [f"{result.get(name, ''):>9}" for name in ("eager", "graph", "session", "watched", "cpu")]
    ratios = [f"{result.get(name, ''):>6}" for name in _RATIOS]
    return f"{row.name:44} {' '.join(cells)} {' '.join(ratios)}  {result['graphs']}"


if __name__ == "__main__":
    sys.exit(main())
