"""Progress on stderr of commands that take longer than a second, without noise in pipes."""

from __future__ import annotations

import io
import sys

import pytest
from pages import kept_session

from explorer.cli import progress
from explorer.cli.progress import Working


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    """Seconds, moved by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    monkeypatch.setattr(progress, "_REWRITE", 0.5)
    return Clock()


def test_a_command_of_less_than_a_second_says_nothing(clock, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with Working("a lab", clock) as working:
        clock.now += 0.9
        working.step("the last view")
    assert sys.stderr.getvalue() == ""


def test_a_terminal_gets_one_line_that_goes_at_the_end(clock, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with Working("a lab", clock) as working:
        clock.now += 2
        working.step("Densities, view 2 of 3")
        working.tell()  # too early
        clock.now += 0.6
        working.count(1500, 3000)
    lines = sys.stderr.getvalue().split("\r")[1:]
    assert lines == ["Densities, view 2 of 3, 2 s\x1b[K", "1,500 of 3,000, 3 s\x1b[K", "\x1b[K"]


def test_a_pipe_gets_a_line_every_ten_seconds(clock, monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with Working("a lab", clock) as working:
        for _ in range(250):  # 25 s
            clock.now += 0.1
            working.count(1, 2)
    assert [line.rsplit(", ", 1)[1] for line in sys.stderr.getvalue().splitlines()] == ["1 s", "11 s", "21 s"]


def test_one_long_computation_is_told_of_too(clock, monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    told = []
    with Working("drawing", clock) as working:
        monkeypatch.setattr(working, "tell", lambda: (told.append(1), working._over.set()))
        working._ticker.join(20)
    assert told == [1]


@pytest.mark.parametrize(
    ("name", "as_json"), [("lab", True), ("figure", False), ("sample", False), ("evaluate", False), ("evaluate", True)]
)
def test_every_command_that_computes_says_so(name, as_json, command, tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "_SILENT", -1.0)
    run = tmp_path / "run"
    if name != "lab":
        made = kept_session("gauss", run, steps=2)
        made.step()
        made.stop()
        made.close()
    monkeypatch.setattr(progress.Working, "_tick", progress.Working.tell)
    given = {
        "lab": ("lab", "coin", "--out", tmp_path),
        "figure": ("figure", run, "curves", "--out", tmp_path / "f.npz"),
        "sample": ("sample", run, "--n", 3, "--out", tmp_path / "x.npz"),
        "evaluate": ("evaluate", run),
    }[name]
    done = command(*given, *(("--json",) if as_json else ()))
    assert done.code == 0, done.err
    assert done.err.rstrip().endswith("0 s")
    assert " s\n" not in done.out
