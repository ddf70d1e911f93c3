"""No generator yields while it has changed the gradient mode, which would then hold for its caller too."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODES = ("no_grad", "enable_grad", "set_grad_enabled", "inference_mode")


def suspended(source: str) -> list[int]:
    """Lines of `yield` inside a block that changes the gradient mode."""
    found = []
    for block in ast.walk(ast.parse(source)):
        if isinstance(block, ast.With) and any(
            isinstance(name, ast.Attribute) and name.attr in MODES
            for item in block.items
            for name in ast.walk(item.context_expr)
        ):
            inside = (node for statement in block.body for node in ast.walk(statement))
            found += [node.lineno for node in inside if isinstance(node, (ast.Yield, ast.YieldFrom))]
    return found


def test_what_is_wrong_is_found():
    assert suspended("def f():\n    with torch.no_grad():\n        x = yield from g()\n") == [3]
    assert suspended("def f():\n    with torch.no_grad():\n        x = g()\n    yield x\n") == []


@pytest.mark.parametrize("folder", sorted(path.name for path in (ROOT / "models").iterdir() if path.is_dir()))
def test_generators_of_models_keep_the_gradient_mode(folder):
    files = (ROOT / "models" / folder).rglob("*.py")
    assert {path.name: lines for path in files if (lines := suspended(path.read_text("utf-8")))} == {}
