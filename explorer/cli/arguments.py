"""The arguments of the command line; the help of a page is generated from its declarations."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import models
from explorer import figures
from explorer.engine import BadInput, training_class
from models.protocol import (
    BadValue,
    Doubtful,
    GenerativeModel,
    Page,
    Param,
    Preset,
    params_of,
    read_number,
    settings_of,
    views_of,
)

__all__ = ["parse", "read_pairs"]

_PROGRAM = "dgm-explorer"
_WIDTH = 96  # characters of a line of text in the help of a page


class _Parser(argparse.ArgumentParser):
    """Reports an error in one line instead of printing the usage."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message} (see {self.prog} --help)")


def _whole(text: str) -> int:
    """Parses a whole number of at least 0; argparse adds the name of the argument to the error."""
    number = _number(text, whole=True)
    if number < 0 or number != int(number):
        raise argparse.ArgumentTypeError(f"takes a whole number of at least 0, not {text}")
    return int(number)


def _number(text: str, *, whole: bool = False) -> float:
    try:
        return read_number(text, whole=whole)
    except Doubtful as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    except ValueError:
        kind = "a whole number of at least 0" if whole else "a number"
        raise argparse.ArgumentTypeError(f"takes {kind}, not {text}") from None


def read_pairs(pairs: Sequence[str]) -> dict[str, str]:
    """Values by name from "name=value" pairs.

    Raises:
        BadInput: A text that is not such a pair.
    """
    values: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (equals and name.strip()):
            raise BadInput(f"--set takes name=value, not {pair}")
        values[name.strip()] = value.strip()
    return values


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parses the arguments; `command` of the result is the name of the command.

    Raises:
        BadInput: The arguments are invalid.
    """
    parser = _Parser(
        prog=_PROGRAM,
        description="A laboratory for training and exploring deep generative models. "
        "Without a command the window opens; without a display the headless tour runs instead.",
    )
    parser.add_argument(
        "--version", action="store_true", help="versions of the application, Python, Qt and torch, and the device"
    )
    commands = parser.add_subparsers(dest="command", metavar="command", parser_class=_Parser)
    page_help = _described_page(arguments)

    listing = commands.add_parser("list", help="families, pages, datasets and presets")
    listing.add_argument("--views", metavar="PAGE", default=None, help="views of a page instead, with what --set takes")
    listing.add_argument(
        "--data", metavar="PATH", default=None,
        help="a file or folder of your own instead: what it can be used as, with a summary, and the pages that take it",
    )  # fmt: skip
    _add_json(listing)

    train = _page_command(commands, "train", "train a model", page_help)
    train.add_argument("--preset", metavar="P", help="title of a preset, or its first letters")
    train.add_argument("--data", metavar="D[:k=v,…]", help="dataset and its parameters")
    _add_set(train, "config and training parameters")
    _add_length(train)
    train.add_argument("--seed", type=_whole, default=0, metavar="S", help="seed of weights, batch order and noise (0)")
    _add_device(train, "auto")
    train.add_argument("--out", metavar="DIR", help="folder of the run")
    _add_rescue(train)
    _add_json(train)

    resume = _run_command(commands, "resume", "continue a run from its last checkpoint")
    _add_set(resume, "parameters that may change during a run, such as lr=1e-4")
    _add_length(resume)
    _add_rescue(resume)
    _add_device(resume, None)
    _add_json(resume)

    sample = _run_command(commands, "sample", "draw from a trained model")
    sample.add_argument("--n", type=_whole, default=64, metavar="N", help="number of samples (64)")
    _add_set(sample, "settings of sampling that the model declares, such as temperature=0.5")
    sample.add_argument("--seed", type=_whole, default=0, metavar="S", help="seed of the samples (0)")
    sample.add_argument("--out", required=True, metavar="F", help=".npz with key x, or a figure: .png .svg .pdf .csv")
    _add_checkpoint(sample)
    _add_device(sample, "cpu")

    evaluate = _run_command(commands, "evaluate", "measure a trained model on held-out data")
    _add_checkpoint(evaluate)
    evaluate.add_argument(
        "--split", default="test", choices=("train", "valid", "test"), help="split to evaluate on (test)"
    )
    evaluate.add_argument("--n", type=_whole, default=None, metavar="N", help="number of data (the whole split)")
    evaluate.add_argument("--seed", type=_whole, default=0, metavar="S", help="seed of the estimates' noise (0)")
    _add_set(evaluate, "settings of the evaluation or of sampling, such as K=500")
    _add_device(evaluate, "cpu")
    _add_json(evaluate)

    figure = _run_command(commands, "figure", "draw a view of a run as a figure, or each view of a scene")
    figure.add_argument(
        "view",
        metavar="VIEW",
        nargs="?",
        help='name or title of a view, "curves", or name of a scene such as "The bound"; '
        "dgm-explorer list --views PAGE lists them",
    )
    figure.add_argument("--scene", default=None, metavar="S", help="all views of a scene as panels of one figure")
    _add_set(figure, "the view's parameters and inputs, such as z=0.5,-1; of a view in a scene: decode.z=0.5,-1")
    figure.add_argument(
        "--step", type=_whole, default=None, metavar="N", help="a recorded step instead of the last checkpoint"
    )
    figure.add_argument(
        "--out", required=True, metavar="F", help=".png .svg .pdf .csv or .npz; a scene writes F-VIEW.png for each view"
    )
    figure.add_argument(
        "--title", default=None, metavar="TEXT", help='bold line at the top; "" for none (view, data, model and step)'
    )
    _add_style(figure)
    _add_checkpoint(figure)
    _add_device(figure, "cpu")

    about = "compare two runs of a page: settings that differ, last values of the metrics, curves over one another"
    compare = commands.add_parser("compare", help=about, description=about[0].upper() + about[1:] + ".")
    compare.add_argument("first", metavar="RUN_A", help="folder of the first run")
    compare.add_argument("second", metavar="RUN_B", help="folder of the second run")
    compare.add_argument(
        "--out", default=None, metavar="F", help="draw the curves of both: .png .svg .pdf .csv or .npz"
    )
    _add_style(compare)
    _add_json(compare)

    bundle = _run_command(commands, "bundle", "pack a trained run into a file of at most 2 MB, with 2,000 test images")
    bundle.add_argument("--out", required=True, metavar="F", help="the file, such as vae.safetensors")
    bundle.add_argument(
        "--n", type=_whole, metavar="N", help="number of data that the card measures (the whole test split)"
    )
    _add_json(bundle)

    about = "train the small classifier of a dataset that measures samples against data"
    classifier = commands.add_parser("classifier", help=about, description=about[0].upper() + about[1:] + ".")
    classifier.add_argument("data", metavar="D[:k=v,…]", help="images with classes")
    classifier.add_argument(
        "--seed", type=_whole, default=0, metavar="S", help="seed of weights, batch order and shifts (0)"
    )
    classifier.add_argument("--out", required=True, metavar="F", help="the file, such as classifier-mnist.safetensors")
    _add_json(classifier)

    lab = _page_command(commands, "lab", "compute a lab and draw its views", page_help)
    lab.add_argument("--data", metavar="D[:k=v,…]", help="dataset with its parameters, for a lab that takes data")
    lab.add_argument("--preset", metavar="P", help="title of a preset, or its first letters")
    _add_set(lab, "the lab's parameters")
    lab.add_argument("--out", metavar="DIR", help="folder of the figures (./PAGE)")
    _add_json(lab)

    tour = commands.add_parser(
        "tour", help="train the default model and draw its figures, as happens without a display"
    )
    tour.add_argument("--seconds", default="20", metavar="S", help="seconds of training (20)")
    tour.add_argument("--out", metavar="DIR", help="folder of the run")

    parsed = parser.parse_args(arguments)
    if not parsed.version and parsed.command is None:
        raise BadInput(f"a command is missing; choose one of {', '.join(commands.choices)} (see {_PROGRAM} --help)")
    return parsed


def _page_command(commands: Any, name: str, about: str, page_help: str) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name, help=about, description=about[0].upper() + about[1:] + ".", epilog=page_help,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    command.add_argument("page", metavar="PAGE", help="name of a page; PAGE --help lists its parameters")
    return command


def _run_command(commands: Any, name: str, about: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".")
    command.add_argument("run", metavar="RUN", help="folder of the run")
    return command


def _add_set(command: argparse.ArgumentParser, what: str) -> None:
    command.add_argument("--set", nargs="+", action="extend", default=[], metavar="k=v", help=what)


def _add_rescue(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--rescue",
        metavar="DIR",
        help="new folder for the model if its run can no longer be written to (RUN-rescued, among the runs)",
    )


def _add_length(command: argparse.ArgumentParser) -> None:
    length = command.add_mutually_exclusive_group()
    length.add_argument("--steps", metavar="N", help="total number of rounds")
    length.add_argument("--seconds", metavar="S", help="total seconds of training")
    command.add_argument(
        "--stop-at", type=_whole, default=None, metavar="N", help="stop early at this round; resume continues"
    )


def _add_device(command: argparse.ArgumentParser, default: str | None) -> None:
    command.add_argument("--device", default=default, metavar="DEVICE", help="auto, cpu, cuda, cuda:1 or mps")


def _add_checkpoint(command: argparse.ArgumentParser) -> None:
    command.add_argument("--checkpoint", default="last", choices=("best", "last"), help="checkpoint to load (last)")


def _add_style(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--size", choices=tuple(figures.SIZES), default="column", help="common size, with text to match (column)"
    )
    command.add_argument("--width", type=_number, default=None, metavar="MM", help="width of the figure, mm")
    command.add_argument("--height", type=_number, default=None, metavar="MM", help="height of the figure, mm")
    command.add_argument("--font-size", type=_number, default=None, metavar="PT", help="size of labels, points")
    command.add_argument("--dpi", type=_whole, default=None, metavar="DPI", help="resolution of a .png")
    command.add_argument("--outlines", action="store_true", help="text of an .svg as outlines, not as text")
    command.add_argument("--theme", choices=("light", "dark"), default="light", help="colours (light)")


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print one JSON object as the last line of stdout")


def _described_page(arguments: Sequence[str]) -> str:
    """The help text of the page named by the arguments, or ""."""
    if len(arguments) < 2:
        return ""
    try:
        page: type[Page] = models.find_page(arguments[1])
    except BadValue:
        return ""
    about = [textwrap.fill(page.about, _WIDTH), ""] if page.about else []
    lines = [f"{page.title} ({arguments[1]})", "", *about, _table("parameters", params_of(page.Config))]
    if issubclass(page, GenerativeModel):
        lines.append(_table("training", params_of(training_class(page))))
        for what, method in (("sample", page.sample), ("evaluate", page.evaluate)):
            if settings_of(method):
                lines.append(_table(f"settings of {what}", settings_of(method)))
    if page.presets:
        lines.append("presets (without --preset, the first for the data):")
        lines += [_preset_line(preset) for preset in page.presets]
    views = "\n".join(f"  {name}: {view.title}" for name, view in views_of(page).items())
    lines.append(f"views:\n{views}")
    return "\n".join(lines)


def _preset_line(preset: Preset) -> str:
    values = ", ".join(f"{name}={value}" for name, value in {**preset.config, **preset.training}.items())
    about = f" {preset.about}" if preset.about else ""
    return f"  {preset.title}{f' ({preset.data})' if preset.data else ''}: {values or 'all defaults'}.{about}"


def _table(title: str, params: Mapping[str, Param]) -> str:
    width = max((len(name) for name in params), default=0)
    rows = []
    for name, declared in params.items():
        about = f" {declared.help}" if declared.help else ""
        rows.append(f"  {name:<{width}}  {declared.label}: {declared.accepts} ({declared.default}).{about}")
    return f"{title}:\n" + "\n".join(rows) + "\n"
