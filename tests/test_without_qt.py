"""The tests that need a GPU are collected where neither Qt nor its plugin for pytest is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
COLLECT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("PySide6", "shiboken6", "pyqtgraph", "pytestqt", "pytest_timeout"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
import pytest
sys.exit(pytest.main(["-p", "no:cacheprovider", "-p", "no:pytest-qt", "-p", "no:timeout", "-q", *sys.argv[1:]]))
"""


def test_tests_on_a_gpu_need_torch_and_pytest_alone():
    command = [sys.executable, "-c", COLLECT, "--collect-only", "-m", "gpu", "tests/gpu"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    for file in sorted((ROOT / "tests" / "gpu").glob("test_*.py")):
        assert f"tests/gpu/{file.name}::" in done.stdout
