"""`@view`: marks a method that turns a model and some inputs into a picture."""

from __future__ import annotations

import collections.abc
import dataclasses
import functools
import inspect
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from models.frames import Frame
from models.protocol.inputs import INPUTS, Classifier, DataPoint, Input, LatentPoint
from models.protocol.kinds import DataSpec
from models.protocol.params import Param, read_defaults

__all__ = ["Drag", "View", "group_views", "redeclared", "view", "views_of"]

_F = TypeVar("_F", bound=Callable[..., Any])
_BESIDE = 2  # views of the latent point that stand beside the leading one


@dataclass(frozen=True)
class Drag:
    """A handle in a picture that sets parameters of the page: dragging it is the same as moving their sliders.

    The fields are numbers of the page's config, live ones where the page is a model; a position is clipped to their
    limits. Handles are taken hold of by mouse and keys, so a field whose slider suffices needs none.

    Attributes:
        x: Field of the config that is the handle's position along x, or None: it does not move that way.
        y: Field that is its position along y, or None.
        at: Given the config, the coordinate along an axis without a field; 0 where None.
        when: Given the config, says whether the handle is there; None means always.
    """

    x: str | None = None
    y: str | None = None
    at: Callable[[Any], float] | None = None
    when: Callable[[Any], bool] | None = None

    def position(self, config: Any) -> tuple[float, float]:
        """Where the handle is under a config, data units."""
        other = 0.0 if self.at is None else float(self.at(config))
        x, y = (other if name is None else float(getattr(config, name)) for name in (self.x, self.y))
        return x, y


@dataclass(frozen=True)
class View:
    """What is known of one view.

    Attributes:
        name: Name of the method; the command line and `card.<name>` use it.
        title: Title of the card.
        inputs: Kind of input by argument name.
        params: The card's own controls by keyword.
        frame: Class of frame that comes out.
        streams: Whether the method yields several frames, the last being the result.
        sets: Input that a click in the picture sets, or None.
        when: Given the config, says whether the view makes sense; None means always.
        given: Given what is known of the data, says the same; None means always.
        grad: Gradients are kept while the view is computed.
        record: The view is recorded on the timeline.
        splits: Splits a `DataBatch` of the view may come from, the first being the default.
        batch: Number of data in each `DataBatch`.
        hero: The view a page leads with.
        help: One sentence for the tooltip.
        drags: Handles in the picture, a `Plane`, that set fields of the page's config.
    """

    name: str
    title: str
    inputs: Mapping[str, type[Input]]
    params: Mapping[str, Param]
    frame: type[Frame]
    streams: bool
    sets: type[Input] | None = None
    when: Callable[[Any], bool] | None = None
    grad: bool = False
    record: bool = False
    splits: tuple[str, ...] = ("valid",)
    batch: int = 256
    hero: bool = False
    help: str = ""
    drags: tuple[Drag, ...] = ()
    given: Callable[[DataSpec], bool] | None = None

    def shown(self, config: Any, spec: DataSpec | None = None) -> bool:
        """Whether the view makes sense for a config and data; `spec` is None where there are no data, or not yet."""
        if self.given is not None and (spec is None or not self.given(spec)):
            return False
        if spec is not None and Classifier in self.inputs.values() and not spec.classified:
            return False
        return self.when is None or self.when(config)

    @property
    def data_points(self) -> tuple[str, ...]:
        """The arguments that are data picked by hand: the first by a click, the second by a click with Shift."""
        return tuple(name for name, kind in self.inputs.items() if kind is DataPoint)


def view(
    title: str,
    *,
    sets: type[Input] | None = None,
    when: Callable[[Any], bool] | None = None,
    grad: bool = False,
    record: bool = False,
    splits: tuple[str, ...] = ("valid",),
    batch: int = 256,
    hero: bool = False,
    help: str = "",
    drags: tuple[Drag, ...] = (),
    given: Callable[[DataSpec], bool] | None = None,
) -> Callable[[_F], _F]:
    """Marks a method of a model or lab as a view. See `View` for the arguments.

    Arguments of the method annotated with an input kind are filled in by who shows the view (a `DataBatch` called
    train, valid or test from the split of that name, so that a view can compare two); keywords with
    `param(...)` defaults become the card's controls; the return annotation is a frame, or an iterator of frames
    where the view can take more than 30 ms.
    """

    def mark(function: _F) -> _F:
        hints = typing.get_type_hints(function)
        params = read_defaults(function)
        inputs: dict[str, type[Input]] = {}
        for name in list(inspect.signature(function).parameters)[1:]:
            if name in params:
                continue
            if hints.get(name) not in INPUTS:
                known = ", ".join(kind.__name__ for kind in INPUTS)
                raise TypeError(f"{function.__qualname__}: {name} is neither a param(...) nor one of {known}")
            inputs[name] = hints[name]
        returned = hints.get("return")
        streams = typing.get_origin(returned) in (collections.abc.Iterator, Iterator)
        frame = typing.get_args(returned)[0] if streams else returned
        if not (isinstance(frame, type) and issubclass(frame, Frame)):
            raise TypeError(f"{function.__qualname__} must return a frame or an iterator of frames")
        function.__view__ = View(  # type: ignore[attr-defined]
            function.__name__,
            title,
            inputs,
            params,
            frame,
            streams,
            sets,
            when,
            grad,
            record,
            splits,
            batch,
            hero,
            help,
            drags,
            given,
        )
        return function

    return mark


def redeclared(function: _F, **changes: Any) -> _F:
    """A view of a base class, declared otherwise: the same method, with other values of some attributes of `View`."""

    @functools.wraps(function)
    def same(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    declared: View = function.__view__  # type: ignore[attr-defined]
    same.__view__ = dataclasses.replace(declared, **changes)  # type: ignore[attr-defined]
    return typing.cast(_F, same)


def views_of(page: type) -> dict[str, View]:
    """The views of a model or lab by name, in the order in which its class declares them."""
    found: dict[str, View] = {}
    for cls in reversed(page.__mro__):
        for name, member in vars(cls).items():
            declared = getattr(member, "__view__", None)
            if isinstance(declared, View):
                found[name] = declared
    return found


def group_views(views: Iterable[View]) -> tuple[list[View], list[View], list[View]]:
    """The views of a page by where they belong.

    Returns:
        The leading one (or none, where there are no views); the first two of the latent point, which stand beside it;
        all others, of which one at a time is in sight.
    """
    listed = list(views)
    lead = [view for view in listed if view.hero][:1] or listed[:1]
    beside = [view for view in listed if view not in lead and LatentPoint in view.inputs.values()][:_BESIDE]
    return lead, beside, [view for view in listed if view not in lead and view not in beside]
