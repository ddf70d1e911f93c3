"""`param`: one declaration of a parameter from which form, command line, help and checks are made."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import math
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from models.protocol.numbers import Doubtful, numbers_within, read_number

__all__ = ["BadValue", "Param", "build", "param", "params_of", "read_defaults", "settings", "settings_of"]

_TYPES: Mapping[Any, type] = {kind.__name__: kind for kind in (int, float, bool, str)}  # annotations as text
_KEY = "param"
_T = TypeVar("_T")
_F = TypeVar("_F", bound=Callable[..., Any])


class BadValue(ValueError):
    """A value that a parameter does not take. The message names the field, the value and what is accepted."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Param:
    """What is known of one parameter.

    Attributes:
        name: Field or keyword name, as `--set` takes it.
        type: `int`, `float`, `bool` or `str`.
        default: Value where nothing is set.
        label: What a form shows, with the paper's symbol ("KL weight β").
        low: Smallest accepted value, or None.
        high: Largest accepted value, or None.
        choices: Accepted values in order, with what a menu shows; empty where any value between the limits is.
        step: Natural increment of a spin box, or None.
        unit: Unit of the value ("nats", "ms"), or "".
        help: One sentence for tooltip and command line.
        live: May change while training goes on.
        log: A slider over it is logarithmic.
        more: Folded under "more" in a form.
        when: Given the config (or training, or dataset, whose field it is), says whether the parameter has any effect;
            None means always.
        latent: Of a parameter of a view: given the dimension of the latent space, says the same; None means always.
        run_of: Of a text field of a config: the value names a run of one of these pages, by its folder or its name in
            the folder of runs; "" names none. The engine hands the trained model to `GenerativeModel.prepare`.
    """

    name: str
    type: type
    default: Any
    label: str
    low: float | None = None
    high: float | None = None
    choices: Mapping[Any, str] = dataclasses.field(default_factory=dict)
    step: float | None = None
    unit: str = ""
    help: str = ""
    live: bool = False
    log: bool = False
    more: bool = False
    when: Callable[[Any], bool] | None = None
    latent: Callable[[int], bool] | None = None
    run_of: tuple[str, ...] = ()

    def applies(self, config: Any, latent_dim: int | None = None) -> bool:
        """Whether the parameter has an effect under a config and, for a view of latent space, its dimension."""
        if self.latent is not None and (latent_dim is None or not self.latent(latent_dim)):
            return False
        return self.when is None or self.when(config)

    @property
    def accepts(self) -> str:
        """The accepted values in words: "a whole number from 1 to 64", "true or false", "mean or draw"."""
        if self.run_of:
            return f"a run of {' or '.join(self.run_of)}"
        if self.choices:
            return " or ".join(str(choice) for choice in self.choices)
        if self.type is bool:
            return "true or false"
        if self.type is str:
            return "text"
        return numbers_within(self.low, self.high, whole=self.type is int)

    def check(self, value: Any) -> Any:
        """The value in the parameter's own type.

        Raises:
            BadValue: Wrong type, outside the limits or not among the choices.
        """
        converted = self._convert(value)
        inside = (
            (not self.choices or converted in self.choices)
            and (self.low is None or converted >= self.low)
            and (self.high is None or converted <= self.high)
        )
        if not inside:
            raise BadValue(self.name, f"{self.name} takes {self.accepts}, not {value}")
        return converted

    def _convert(self, value: Any) -> Any:
        refusal = BadValue(self.name, f"{self.name} takes {self.accepts}, not {value!r}")
        if self.type is bool:
            words = {
                "true": True,
                "yes": True,
                "on": True,
                "1": True,
                "false": False,
                "no": False,
                "off": False,
                "0": False,
            }
            if isinstance(value, bool):
                return value
            if str(value).lower() in words:
                return words[str(value).lower()]
            raise refusal
        if self.type is str:
            if not isinstance(value, str):
                raise refusal
            return value
        if isinstance(value, bool):
            raise refusal
        try:
            number = read_number(value, whole=self.type is int) if isinstance(value, str) else float(value)
        except Doubtful as error:
            raise BadValue(self.name, f"{self.name}: {error}") from None
        except (TypeError, ValueError):
            raise refusal from None
        if not math.isfinite(number) or (self.type is int and number != int(number)):
            raise refusal
        return self.type(number)


def param(
    default: Any,
    label: str,
    low: float | None = None,
    high: float | None = None,
    *,
    choices: Mapping[Any, str] | None = None,
    step: float | None = None,
    unit: str = "",
    help: str = "",
    live: bool = False,
    log: bool = False,
    more: bool = False,
    when: Callable[[Any], bool] | None = None,
    latent: Callable[[int], bool] | None = None,
    run_of: tuple[str, ...] = (),
) -> Any:
    """Declares a parameter: as a field of a frozen dataclass, or as a keyword of a method marked `@view`.

    See `Param` for the arguments. The parameter's type is the annotation of the field or keyword.
    """
    declared = Param(
        "",
        type(default),
        default,
        label,
        low,
        high,
        dict(choices or {}),
        step,
        unit,
        help,
        live,
        log,
        more,
        when,
        latent,
        run_of,
    )
    return dataclasses.field(default=default, metadata={_KEY: declared})


def _named(declared: Param, name: str, annotation: Any) -> Param:
    if annotation not in (int, float, bool, str):
        raise TypeError(f"parameter {name} is annotated {annotation}; int, float, bool and str can be declared")
    default = annotation(declared.default) if annotation is not bool else declared.default
    return dataclasses.replace(declared, name=name, type=annotation, default=default)


def params_of(owner: Any) -> dict[str, Param]:
    """The parameters declared by a dataclass, by name and in order of declaration."""
    return dict(_declared_by(owner if isinstance(owner, type) else type(owner)))


@functools.cache
def _declared_by(owner: type[Any]) -> Mapping[str, Param]:
    """Found once a class: resolving annotations takes longer than all else that a window does at a step."""
    hints = typing.get_type_hints(owner)
    return {
        field.name: _named(field.metadata[_KEY], field.name, hints[field.name])
        for field in dataclasses.fields(owner)
        if _KEY in field.metadata
    }


def read_defaults(function: Callable[..., Any]) -> dict[str, Param]:
    """The parameters declared as keyword defaults of a function, whose defaults become plain values.

    After this the function can be called in a notebook like any other.
    """
    declared: dict[str, Param] = {}
    for name, argument in inspect.signature(function).parameters.items():
        if isinstance(argument.default, dataclasses.Field):
            annotation = _TYPES.get(argument.annotation, argument.annotation)
            declared[name] = _named(argument.default.metadata[_KEY], name, annotation)

    def plain(value: Any) -> Any:
        return value.default if isinstance(value, dataclasses.Field) else value

    if function.__defaults__:
        function.__defaults__ = tuple(plain(value) for value in function.__defaults__)
    if function.__kwdefaults__:
        function.__kwdefaults__ = {k: plain(v) for k, v in function.__kwdefaults__.items()}
    return declared


def settings(function: _F) -> _F:
    """Declares the `param(...)` keywords of a method, `evaluate` or `sample`, as its settings.

    Their defaults become plain values, so the method is called like any other; `settings_of` returns the declarations.
    A setting whose name is a word of Python is declared with an underscore after it (`class_`) and is set without it.
    """
    written = read_defaults(function)
    renamed = {name.rstrip("_"): name for name in written if name.endswith("_")}
    declared = {name.rstrip("_"): dataclasses.replace(one, name=name.rstrip("_")) for name, one in written.items()}
    if not renamed:
        function.__params__ = declared  # type: ignore[attr-defined]
        return function

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **{renamed.get(name, name): value for name, value in kwargs.items()})

    called.__wrapped__.__params__ = declared  # type: ignore[attr-defined]
    return typing.cast(_F, called)


def settings_of(function: Callable[..., Any]) -> Mapping[str, Param]:
    """The settings of a method by name, in order of declaration; none where it is not marked `settings`."""
    declared: Mapping[str, Param] = vars(inspect.unwrap(function)).get("__params__", {})
    return declared


def build(owner: type[_T], values: Mapping[str, Any]) -> _T:
    """A dataclass of checked values, defaults where none is given.

    Raises:
        BadValue: Unknown name, or a value its parameter does not take.
    """
    declared = params_of(owner)
    for name in values:
        if name not in declared:
            raise BadValue(name, f"there is no parameter {name}; there are {', '.join(declared)}")
    return owner(**{name: declared[name].check(value) for name, value in values.items()})
