"""What the catalogue and the import graph promise together; the fixed layers are contracts in `pyproject.toml`."""

from __future__ import annotations

import sys
from itertools import permutations
from pathlib import Path

import grimp
import pytest

import models

ROOT = Path(__file__).parents[1]
SHARED = (
    "views",
    "simulators",
    "likelihoods",
    "nets",
    "exact",
    "protocol",
    "frames",
)  # rooms of models that no family owns


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Every import, those under TYPE_CHECKING included."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(ROOT), *sys.path])
        return grimp.build_graph("explorer", "models", cache_dir=None)


def rooms() -> set[str]:
    """The packages of `models`."""
    return {path.parent.name for path in (ROOT / "models").glob("*/__init__.py")}


def test_each_folder_of_models_is_a_family_or_shared():
    assert rooms() == {family.id for family in models.FAMILIES} | set(SHARED)


def test_families_do_not_import_each_other(graph):
    for one, other in permutations([f"models.{family.id}" for family in models.FAMILIES], 2):
        chains = graph.find_shortest_chains(one, other, as_packages=True)
        assert not chains, f"{one} imports {other}: {sorted(chains)[0]}"


def test_shared_rooms_import_no_family(graph):
    for room in SHARED:
        for family in models.FAMILIES:
            chains = graph.find_shortest_chains(f"models.{room}", f"models.{family.id}", as_packages=True)
            assert not chains, f"models.{room} imports a family: {sorted(chains)[0]}"


def test_datasets_import_nothing_of_models_but_the_protocol_and_simulators(graph):
    sources = {"explorer.data", *graph.find_descendants("explorer.data")}
    imported = {name for source in sources for name in graph.find_modules_directly_imported_by(source)}
    others = {name for name in imported if name.split(".")[0] == "models" and not name.startswith("models.protocol")}
    assert others == {"models.simulators"}
    assert graph.find_modules_that_directly_import("models.simulators") & sources == {"explorer.data.simulated"}


def circles(graph: grimp.ImportGraph) -> list[list[str]]:
    """Strongly connected components of more than one module (Tarjan, 1972)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        order[module] = low[module] = len(order)
        stack.append(module)
        for imported in sorted(graph.find_modules_directly_imported_by(module)):
            if imported not in order:
                visit(imported)
                low[module] = min(low[module], low[imported])
            elif imported in stack:
                low[module] = min(low[module], order[imported])
        if low[module] == order[module]:
            start = stack.index(module)
            if len(stack) - start > 1:
                found.append(sorted(stack[start:]))
            del stack[start:]

    for module in sorted(graph.modules):
        if module not in order:
            visit(module)
    return found


def test_no_modules_import_each_other_in_a_circle(graph):
    assert circles(graph) == []


def test_a_circle_is_recognised():
    graph = grimp.ImportGraph()
    for module in "abcd":
        graph.add_module(module)
    for importer, imported in ("ab", "bc", "ca", "cd"):
        graph.add_import(importer=importer, imported=imported)
    assert circles(graph) == [["a", "b", "c"]]
