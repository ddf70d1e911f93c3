"""`figure`: draws a view of a run or of a bundled model, or every view of a scene."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import Any

from explorer import figures
from explorer.cli.arguments import read_pairs
from explorer.cli.progress import Working
from explorer.cli.subjects import Drawn, Subject, subject_of
from explorer.engine import BadInput
from models.protocol import GenerativeModel, Scene, scenes_of, views_of

__all__ = ["check_folder", "draw_figure", "style_of"]

_CURVES = {"curves": "Loss"}  # the view that every run has, and its title


def draw_figure(arguments: argparse.Namespace) -> int:
    """Draws a view or a scene of a run; see the help of `figure`."""
    path = Path(arguments.out)
    figures.check_path(path)
    check_folder(path)
    style = style_of(arguments)
    subject = subject_of(arguments)
    titles = {**_CURVES, **{name: view.title for name, view in views_of(subject.page).items()}}
    if arguments.scene is not None:
        return _draw_panels(arguments, subject, path, titles)
    for target, (frame, identity) in _frames(arguments, subject, path).items():
        title = arguments.title
        if title is None:
            title = figures.default_title(titles[identity["view"]], identity)
        figures.save(frame, target, style=dataclasses.replace(style, title=title), identity=identity)
        print(target)
    return 0


def _draw_panels(arguments: argparse.Namespace, subject: Subject, path: Path, titles: dict[str, str]) -> int:
    """Draws the views of a scene as panels of one figure, in the order of its cards."""
    if arguments.view is not None:
        raise BadInput("name a view or a --scene, not both")
    if arguments.title is not None:
        raise BadInput("the panels of a scene have the titles of their views; leave out --title")
    chosen = _chosen(subject.page, arguments.scene)
    if isinstance(chosen, str):
        raise BadInput(f"{arguments.scene} is a view, not a scene; leave out --scene")
    drawn = _drawn_scene(arguments, subject, chosen)
    panels = [figures.Panel(titles[view], frame) for view, (frame, _) in drawn.items()]
    identity = {**next(iter(drawn.values()))[1], "scene": chosen.name, "view": ", ".join(drawn)}
    figures.save(figures.Panels(panels=panels), path, style=style_of(arguments), identity=identity)
    print(path)
    return 0


def check_folder(path: Path) -> None:
    """Checks that the folder of a file is there: a mistyped name makes no folder.

    Raises:
        BadInput: There is no such folder.
    """
    if not path.absolute().parent.exists():
        raise BadInput(f"there is no folder {path.parent}; create it first, or name another --out than {path}")


def style_of(arguments: argparse.Namespace) -> figures.Style:
    """The look that the arguments describe: a common size, and what differs from it."""
    size = figures.SIZES[arguments.size]
    chosen: dict[str, Any] = {
        "width_mm": arguments.width,
        "height_mm": arguments.height,
        "font_size": arguments.font_size,
        "dpi": arguments.dpi,
    }
    common = {"width_mm": size.width_mm, "height_mm": size.height_mm, "font_size": size.font_size}
    if arguments.width is not None:
        common["height_mm"] = None  # a page of another width has its own height
    given = {name: value for name, value in chosen.items() if value is not None}
    return figures.Style(theme=arguments.theme, outlines=arguments.outlines, **{**common, **given})


def _frames(arguments: argparse.Namespace, subject: Subject, path: Path) -> dict[Path, Drawn]:
    """Frames by the file they are written to: one for a view, one for each view of a scene."""
    if arguments.view is None:
        raise BadInput('name a view, or a scene with --scene "The bound"')
    chosen = _chosen(subject.page, arguments.view)
    if isinstance(chosen, str):
        return {path: _draw(subject, chosen, read_pairs(arguments.set))}
    return {
        path.with_name(f"{path.stem}-{view}{path.suffix}"): (frame, {**identity, "scene": chosen.name})
        for view, (frame, identity) in _drawn_scene(arguments, subject, chosen).items()
    }


def _drawn_scene(arguments: argparse.Namespace, subject: Subject, chosen: Scene) -> dict[str, Drawn]:
    """Frames of a scene by view; views that do not apply are left out, unless something is set for them."""
    values: dict[str, dict[str, str]] = {}
    for name, value in read_pairs(arguments.set).items():
        view, dot, field = name.partition(".")
        if not dot or view not in chosen.views:
            known = ", ".join(chosen.views)
            raise BadInput(f"--set of a scene names the view too, such as {chosen.lead}.{name}=…; views: {known}")
        values.setdefault(view, {})[field] = value
    drawn = {}
    for view in chosen.views:
        try:
            drawn[view] = _draw(subject, view, values.get(view, {}))
        except BadInput as error:
            if view in values:
                raise
            print(f"{view} is left out: {error}", file=sys.stderr)
    if not drawn:
        raise BadInput(f"no view of the scene {chosen.name} can be drawn for this run")
    return drawn


def _draw(subject: Subject, view: str, values: dict[str, str]) -> Drawn:
    with Working(f"drawing {view}"):
        return subject.curves() if view in _CURVES else subject.draw(view, values)


def _chosen(page: type[GenerativeModel], text: str) -> str | Scene:
    """The name of the view, or the scene, that a text names: by name, else by title in letters of any case.

    Raises:
        BadInput: There is none; the sentence lists them.
    """
    views = {**{name: view.title for name, view in views_of(page).items()}, **_CURVES}
    if text in views:
        return text
    for scene in scenes_of(page):
        if scene.name.lower() == text.lower():
            return scene
    for name, title in views.items():
        if title.lower() == text.lower():
            return name
    known = ", ".join(f"{name} ({title})" for name, title in views.items())
    scenes = ", ".join(scene.name for scene in scenes_of(page))
    raise BadInput(f"there is no view {text}; there are {known}" + (f"; scenes: {scenes}" if scenes else ""))
