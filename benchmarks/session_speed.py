"""Steps a second of a session as the window runs it, beside those of the bare loop, in alternating slices."""

from __future__ import annotations

import contextlib
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import explorer.engine.session.saver as saver_module
from benchmarks.bare import BareLoop
from benchmarks.planar import PAGE, catalogued
from benchmarks.watched import WITHOUT, WatchedSession
from explorer.engine import Setup, open_data
from explorer.engine.devices import choose_threads, prepare_thread

__all__ = ["measure_sessions"]

_FOREVER = 100_000_000  # steps: the schedule stays at its beginning, as the bare loop's learning rate does
_SLOW_STEP = 5.0  # ms
_TARGETS = {True: 0.85, False: 0.75}  # by whether a step of the bare loop takes at least _SLOW_STEP


def measure_sessions(seconds: float, repeats: int, costs: bool) -> list[dict[str, Any]]:
    """Each model's session beside its bare loop.

    Args:
        seconds: Length of a slice.
        repeats: Slices of each kind.
        costs: Whether the parts of a session are left out in turn as well.
    """
    choose_threads(0)
    prepare_thread()
    with catalogued(), _autosaving(min(saver_module.AUTOSAVE, seconds * repeats)):
        return [_measure(setup, seconds, repeats, costs) for setup in _setups()]


def _setups() -> list[Setup]:
    values = {"steps": _FOREVER}
    setups = [
        Setup.of("vae", data="digits", values=values, device="cpu"),
        Setup.of(PAGE, data="ring8", values={**values, "batch": 256}, device="cpu"),
    ]
    if os.environ.get("DGM_EXPLORER_MIRROR"):
        setups.insert(1, Setup.of("vae", data="mnist-dynamic", values=values, device="cpu"))
    return setups


@contextlib.contextmanager
def _autosaving(every: float) -> Iterator[None]:
    before = saver_module.AUTOSAVE
    saver_module.AUTOSAVE = every
    try:
        yield
    finally:
        saver_module.AUTOSAVE = before


def _measure(setup: Setup, seconds: float, repeats: int, costs: bool) -> dict[str, Any]:
    data = open_data(setup.data)
    with tempfile.TemporaryDirectory() as folder:
        bare = BareLoop(setup, data)
        names = ["", *(WITHOUT if costs else ())]
        sessions = {name: WatchedSession(setup, data, Path(folder) / f"run{name}", name) for name in names}
        try:
            for loop in (bare, *sessions.values()):
                _slice(loop, min(1.0, seconds))  # what torch does once, and the checkpoint of step 0
            for watched in sessions.values():
                watched.forget()
            slices: dict[str, list[_Slice]] = {name: [] for name in ("bare", *names)}
            for _ in range(repeats):
                for name, watched in sessions.items():
                    with watched.display_model():
                        slices[name].append(_slice(watched, seconds))
                    if name == "":
                        slices["bare"].append(_slice(bare, seconds))
        finally:
            for watched in sessions.values():
                watched.close()
    return _result(setup, slices, sessions[""])


@dataclass(frozen=True)
class _Slice:
    """Steps, and the seconds they took: on the wall, and of the processor in this thread."""

    steps: int
    seconds: float
    processor: float


def _slice(loop: BareLoop | WatchedSession, seconds: float) -> _Slice:
    began, processor = time.perf_counter(), time.thread_time()
    steps = 0
    while (passed := time.perf_counter() - began) < seconds:
        loop.step()
        steps += 1
    return _Slice(steps, passed, time.thread_time() - processor)


def _result(setup: Setup, slices: dict[str, list[_Slice]], full: WatchedSession) -> dict[str, Any]:
    rate = {name: sum(s.steps for s in each) / sum(s.seconds for s in each) for name, each in slices.items()}
    cost = {name: sum(s.processor for s in each) / sum(s.steps for s in each) for name, each in slices.items()}
    ratio, milliseconds = rate[""] / rate["bare"], 1000 / rate["bare"]
    pairs = zip(slices[""], slices["bare"], strict=True)
    target = _TARGETS[milliseconds >= _SLOW_STEP]
    result = {
        "page": setup.page,
        "data": setup.data,
        "batch": setup.training.batch,
        "bare_ms_per_step": round(milliseconds, 3),
        "bare_steps_per_s": round(rate["bare"], 1),
        "session_steps_per_s": round(rate[""], 1),
        "ratio": round(ratio, 3),
        "ratio_by_processor_time": round(cost["bare"] / cost[""], 3),
        "median_ratio_of_slices": round(
            statistics.median(a.steps / a.seconds * b.seconds / b.steps for a, b in pairs), 3
        ),
        "target": target,
        "reached": ratio >= target,
        **full.report(),
    }
    if len(slices) > 2:
        result["shorter_without_percent"] = {
            name: round(100 * (1 - cost[name] / cost[""]), 1) for name in slices if name not in ("", "bare")
        }
        result["engine_alone_ratio_by_processor_time"] = round(cost["bare"] / cost["everything"], 3)
    return result
