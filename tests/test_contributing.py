"""The diffs in CONTRIBUTING.md still fit the code they change."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DIFFS = re.findall(r"^```diff\n(.*?)^```", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.S | re.M)


def test_a_model_a_view_and_a_dataset_are_shown():
    assert len(DIFFS) == 3


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git to try the diffs")
@pytest.mark.parametrize("diff", DIFFS, ids=["model", "view", "dataset"])
def test_a_diff_applies(diff, tmp_path):
    for name in re.findall(r"^--- a/(.*)$", diff, re.M):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    done = subprocess.run(["git", "apply", "-"], input=diff, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for name in re.findall(r"^\+\+\+ b/(.*\.py)$", diff, re.M):
        compile((tmp_path / name).read_text(encoding="utf-8"), name, "exec")
