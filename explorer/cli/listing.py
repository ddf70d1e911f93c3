"""`list` and `--version`."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
import textwrap
from typing import Any

import torch

import models
from explorer.cli.own_data import list_data
from explorer.data import SOURCES
from explorer.engine import BadInput, available, describe, resolve
from explorer.engine.views.input_kinds import settable
from explorer.version import __version__
from models.protocol import BadValue, GenerativeModel, Preset, accepted, params_of, scenes_of, views_of

__all__ = ["list_all", "versions"]

_WIDTH = 96  # characters of a line that says what a lab is about


def list_all(arguments: argparse.Namespace) -> int:
    """Prints families, pages, datasets and presets, or the views of a page; see the help of `list`."""
    if arguments.views is not None:
        return _list_views(arguments.views, arguments.json)
    if arguments.data is not None:
        return list_data(arguments.data, arguments.json)
    pages = [_page(family.id, name, page) for family in models.FAMILIES for name, page in family.pages.items()]
    data = [_dataset(name) for name in SOURCES]
    if arguments.json:
        print(json.dumps({"pages": pages, "data": data, "devices": available()}, ensure_ascii=False))
        return 0
    for page in pages:
        print(f"{page['page']:<22}{page['title']} ({page['family']}, {page['kind']})")
        if page["about"]:
            print(textwrap.indent(textwrap.fill(page["about"], _WIDTH), " " * 22))
        for preset in page["presets"]:
            where = f": {preset['data']}, {preset['device']}" if preset["data"] else ""
            print(f"{'':<22}· {preset['title']}{where}")
    print()
    for entry in data:
        settings = ", ".join(f"{name}={value}" for name, value in entry["params"].items())
        print(f"{entry['data']:<22}{entry['about']}" + (f" [{settings}]" if settings else ""))
    return 0


def _list_views(name: str, as_json: bool) -> int:
    """Prints the views of a page with what can be set of them, and its scenes."""
    try:
        page = models.find_page(name)
    except BadValue as error:
        raise BadInput(str(error)) from None
    views: dict[str, Any] = {key: {"title": view.title, "set": settable(view)} for key, view in views_of(page).items()}
    scenes = {scene.name: list(scene.views) for scene in scenes_of(page)}
    if as_json:
        print(json.dumps({"page": name, "views": views, "scenes": scenes}, ensure_ascii=False))
        return 0
    for key, view in views.items():
        print(f"{key:<22}{view['title']}")
        for setting, values in view["set"].items():
            print(f"{'':<22}{setting}  {values}")
    if issubclass(page, GenerativeModel):
        print(f"{'curves':<22}Loss")
    for scene, shown in scenes.items():
        print(f'{"scene":<22}"{scene}": {", ".join(shown)}')
    return 0


def _page(family: str, name: str, page: Any) -> dict[str, Any]:
    is_model = issubclass(page, GenerativeModel)
    fitting = [source for source, declared in SOURCES.items() if accepted(declared.kind, page.accepts)]
    return {
        "page": name,
        "family": family,
        "kind": "model" if is_model else "lab",
        "title": page.title,
        "about": page.about,
        "reference": page.reference,
        "presets": [_preset(preset) for preset in page.presets],
        "data": fitting,
        "config": {key: declared.default for key, declared in params_of(page.Config).items()},
    }


def _preset(preset: Preset) -> dict[str, Any]:
    return {
        "title": preset.title,
        "data": preset.data,
        "config": dict(preset.config),
        "training": dict(preset.training),
        "device": preset.device,
    }


def _dataset(name: str) -> dict[str, Any]:
    declared = SOURCES[name]
    params = {key: param.default for key, param in params_of(declared).items()}
    return {"data": name, "title": declared.title, "about": declared.about, "params": params}


def versions() -> str:
    """Versions of application, Python, Qt and torch, and the device, one line each."""
    try:
        qt = importlib.metadata.version("PySide6-Essentials")
    except importlib.metadata.PackageNotFoundError:
        qt = "not installed"
    return "\n".join(
        (
            f"dgm-explorer {__version__}",
            f"Python {platform.python_version()}",
            f"Qt {qt}",
            f"torch {torch.__version__}",
            f"device {describe(resolve('auto'))}",
        )
    )
