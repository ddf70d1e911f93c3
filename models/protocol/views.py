"""Views: functions of a model (or lab) and some inputs that return a picture."""

from __future__ import annotations

import collections.abc
import dataclasses
import functools
import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models.frames import Frame
from models.protocol.capabilities import HasDecoder
from models.protocol.inputs import INPUTS, DataPoint, Input, Instrument
from models.protocol.kinds import DataSpec
from models.protocol.params import Param, read_defaults, settings_of

__all__ = ["Drag", "View", "view", "views_of"]


@dataclass(frozen=True)
class Drag:
    """A handle in a picture that sets config fields of the page: dragging it is the same as moving their sliders.

    The fields are numbers of the page's config, live ones where the page is a model; a position is clipped to their
    limits. A field whose slider suffices needs no handle. For draggable points that are no config fields, a view asks
    for the input `Points`.

    Attributes:
        x: Field of the config that is the handle's position along x, or None: it does not move that way.
        y: Field that is its position along y, or None.
        at: Given the config, the coordinate along an axis without a field; 0 where None.
        offset: Given the config, the place from which the field `x` is measured; 0 where None.
        side: Given the config, the length along x for which the field `x` counts 1, negative where it is measured to
            the left; 1 where None.
        when: Given the config, says whether the handle is shown; None means always.
    """

    x: str | None = None
    y: str | None = None
    at: Callable[[Any], float] | None = None
    offset: Callable[[Any], float] | None = None
    side: Callable[[Any], float] | None = None
    when: Callable[[Any], bool] | None = None

    def position(self, config: Any) -> tuple[float, float]:
        """Where the handle is under a config, data units."""
        other = 0.0 if self.at is None else float(self.at(config))
        x, y = (other if name is None else float(getattr(config, name)) for name in (self.x, self.y))
        if self.x is not None:
            offset, side = self._measure(config)
            x = offset + side * x
        return x, y

    def values(self, config: Any, x: float, y: float) -> dict[str, float]:
        """The values of the fields with which the handle is at a position, as far as their limits allow."""
        offset, side = self._measure(config)
        return {name: at for name, at in ((self.x, (x - offset) / side), (self.y, y)) if name is not None}

    def _measure(self, config: Any) -> tuple[float, float]:
        offset = 0.0 if self.offset is None else float(self.offset(config))
        return offset, 1.0 if self.side is None else float(self.side(config))


@dataclass(frozen=True)
class View:
    """A function of a model or lab that returns a frame, with what a window needs to show it.

    A view is called like the function it was made from: `latent_map(model, batch)`. One that is declared as a method
    is called like a method: `model.latent_map(batch)`. A page lists the functions it uses in its `views`.

    Attributes:
        function: The function; its first argument is the model or lab.
        name: Name on the page, by default that of the function; the command line and `card.<name>` use it.
        title: Title of the card.
        inputs: Kind of input by argument name.
        params: The card's own controls by keyword.
        frame: Class of frame that comes out, by default the one that the function is annotated with.
        streams: Whether the function yields several frames, the last being the result.
        sets: Kind of input that a click in the picture sets, or None.
        when: Given config and `DataSpec` (None where there are no data), says whether the view applies; None means
            always.
        latent: Given the dimension of the latent space, says whether the view applies; None means always. The
            dimension is that of the capability `HasDecoder`.
        grad: Gradients are kept while the view is computed.
        record: The view is recorded on the timeline.
        splits: Splits a `DataBatch` of the view may come from, the first being the default.
        batch: Number of data in each `DataBatch`.
        lead: The view a page leads with.
        help: One sentence for the tooltip.
        drags: Handles in the picture, a `Plane`, that set fields of the page's config.
        samples: Name of the parameter that counts samples, or "": a recorded frame has fewer of them where a sample
            takes many passes through the network (`GenerativeModel.sampling_passes`).
        settings: Whether the function takes the settings of the model's `sample` as `**settings`; `views_of` then adds
            their declarations to `params`.
    """

    function: Callable[..., Any]
    name: str
    title: str
    inputs: Mapping[str, type[Input]]
    params: Mapping[str, Param]
    frame: type[Frame]
    streams: bool
    sets: type[Input] | None = None
    when: Callable[[Any, DataSpec | None], bool] | None = None
    latent: Callable[[int], bool] | None = None
    grad: bool = False
    record: bool = False
    splits: tuple[str, ...] = ("valid",)
    batch: int = 256
    lead: bool = False
    help: str = ""
    drags: tuple[Drag, ...] = ()
    samples: str = ""
    settings: bool = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Computes the view: model or lab, then its inputs and parameters."""
        return self.function(*args, **kwargs)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """A view declared as a method is bound like one."""
        return self if instance is None else functools.partial(self.function, instance)

    def but(self, **changes: Any) -> View:
        """The same view with other values of some attributes."""
        return dataclasses.replace(self, **changes)

    def defaulting(self, **values: Any) -> View:
        """The same view with other defaults of some of its controls."""
        params = {
            name: dataclasses.replace(one, default=values[name]) if name in values else one
            for name, one in self.params.items()
        }
        return self.but(params=params, function=functools.partial(self.function, **values))

    def without(self, *params: str) -> View:
        """The same view without some of its controls, whose parameters keep their defaults."""
        return self.but(params={name: declared for name, declared in self.params.items() if name not in params})

    def applies(self, page: type, config: Any, spec: DataSpec | None = None) -> bool:
        """Whether the view applies to a page under a config and data; `spec` is None where there are no data yet."""
        if spec is not None and any(kind.name not in spec.instruments for kind in self.instruments):
            return False
        if self.latent is not None:
            dimension = page.latent_dim_of(config, spec) if issubclass(page, HasDecoder) else None
            if dimension is None or not self.latent(dimension):
                return False
        return self.when is None or self.when(config, spec)

    @property
    def instruments(self) -> tuple[type[Instrument], ...]:
        """The instruments of the data that the view asks for."""
        return tuple(kind for kind in self.inputs.values() if issubclass(kind, Instrument))

    @property
    def data_points(self) -> tuple[str, ...]:
        """The arguments that are picked data: the first by a click, the second by a click with Shift."""
        return tuple(name for name, kind in self.inputs.items() if kind is DataPoint)


def view(
    title: str,
    *,
    name: str = "",
    frame: type[Frame] | None = None,
    sets: type[Input] | None = None,
    when: Callable[[Any, DataSpec | None], bool] | None = None,
    latent: Callable[[int], bool] | None = None,
    grad: bool = False,
    record: bool = False,
    splits: tuple[str, ...] = ("valid",),
    batch: int = 256,
    lead: bool = False,
    help: str = "",
    drags: tuple[Drag, ...] = (),
    samples: str = "",
) -> Callable[[Callable[..., Any]], View]:
    """Makes a view of a function whose first argument is a model or lab. See `View` for the arguments.

    Arguments annotated with an input kind are supplied by the application (a `DataBatch` called train, valid or test
    from the split of that name, so that a view can compare two); keywords with `param(...)` defaults become the card's
    controls; the return annotation is a frame, or an iterator of frames where the view can take more than 30 ms. Such
    an iterator yields None where it may be interrupted and has nothing new to show.

    A view of samples ends its arguments with `**settings` and passes them on to `model.sample`: its card then also has
    the settings that the model's `sample` declares.

    Raises:
        TypeError: An argument is neither an input nor a `param(...)`, or no frame is returned.
    """

    def declare(function: Callable[..., Any]) -> View:
        params = read_defaults(function)
        arguments = list(inspect.signature(function).parameters.values())
        hints = _hints(function, without=arguments[0].name)
        inputs: dict[str, type[Input]] = {}
        variadic = False
        for argument in arguments[1:]:
            variadic |= argument.kind is argument.VAR_KEYWORD
            if argument.name in params or argument.kind is argument.VAR_KEYWORD:
                continue
            if hints.get(argument.name) not in INPUTS:
                known = ", ".join(kind.__name__ for kind in INPUTS)
                raise TypeError(f"{function.__qualname__}: {argument.name} is neither a param(...) nor one of {known}")
            inputs[argument.name] = hints[argument.name]
        returned = hints.get("return")
        streams = typing.get_origin(returned) in (collections.abc.Iterator, Iterator)
        result = frame or (_without_none(typing.get_args(returned)[0]) if streams else returned)
        if not (isinstance(result, type) and issubclass(result, Frame)):
            raise TypeError(f"{function.__qualname__} must return a frame or an iterator of frames")
        return View(
            function=function,
            name=name or function.__name__,
            title=title,
            inputs=inputs,
            params=params,
            frame=result,
            streams=streams,
            sets=sets,
            when=when,
            latent=latent,
            grad=grad,
            record=record,
            splits=splits,
            batch=batch,
            lead=lead,
            help=help,
            drags=drags,
            samples=samples,
            settings=variadic,
        )

    return declare


def _without_none(yielded: Any) -> Any:
    """The class of frame of `Frame` or `Frame | None`."""
    frames = [each for each in typing.get_args(yielded) if each is not types.NoneType]
    return frames[0] if len(frames) == 1 else yielded


def _hints(function: Callable[..., Any], without: str) -> dict[str, Any]:
    """The evaluated annotations of a function but for one argument, whose class may be defined further down."""
    annotations = {name: value for name, value in function.__annotations__.items() if name != without}
    stand_in = types.FunctionType(function.__code__, function.__globals__)
    stand_in.__annotations__ = annotations
    return typing.get_type_hints(stand_in)


def views_of(page: type) -> dict[str, View]:
    """The views of a model or lab by name: those its class declares as methods, then those listed in `views`.

    Views with `**settings` have the settings of the page's `sample` among their parameters.
    """
    views = {name: member for name, member in vars(page).items() if isinstance(member, View)}
    views |= {listed.name: listed for listed in getattr(page, "views", ())}
    return {name: _with_settings(declared, page) if declared.settings else declared for name, declared in views.items()}


def _with_settings(declared: View, page: type) -> View:
    """A view with the settings of the page's `sample` after its own parameters."""
    settings = settings_of(page.sample)  # type: ignore[attr-defined]
    return declared.but(params={**declared.params, **{k: v for k, v in settings.items() if k not in declared.params}})
