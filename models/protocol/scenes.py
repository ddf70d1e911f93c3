"""The scenes of a page, whether it declares them or not."""

from __future__ import annotations

import itertools

from models.protocol.declarations import Scene
from models.protocol.model import GenerativeModel, Page
from models.protocol.views import views_of

__all__ = ["CURVES", "scenes_of"]

CURVES = "curves"
"""Name that stands for the curves of a run in a scene; no view computes them."""

_BESIDE = 3  # cards beside the leading one in a scene that no page declares


def scenes_of(page: type[Page]) -> tuple[Scene, ...]:
    """The scenes that a page declares, then scenes for its views that have no place in these.

    A page that declares none gets its leading view, the next two, and for a model the curves of the run, in "Train" or
    "Overview". Views that are left over follow in groups, each named after its first view.

    Args:
        page: A model or lab.
    """
    views, is_model = views_of(page), issubclass(page, GenerativeModel)
    ordered = sorted(views, key=lambda name: not views[name].lead)  # stable: the leading one first
    placed = {name for scene in page.scenes for name in scene.views}
    left = [name for name in ordered if name not in placed]
    scenes = list(page.scenes)
    if not scenes and left:
        first, left = left[: _BESIDE if is_model else _BESIDE + 1], left[_BESIDE if is_model else _BESIDE + 1 :]
        below = (CURVES,) if is_model else ()
        scenes.append(Scene("Train" if is_model else "Overview", "", first[0], tuple(first[1:]), below))
    elif is_model and CURVES not in placed:
        scenes.append(Scene("Curves", "How do the metrics change?", CURVES))
    taken = {scene.name for scene in scenes}
    while left:
        group, left = left[: _BESIDE + 1], left[_BESIDE + 1 :]
        title = views[group[0]].title
        numbered = itertools.chain([title], (f"{title} ({k})" for k in itertools.count(2)))
        name = next(name for name in numbered if name not in taken)
        taken.add(name)
        scenes.append(Scene(name, "", group[0], tuple(group[1:])))
    return tuple(scenes)
