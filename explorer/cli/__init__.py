"""The command line: training, evaluation and figures without a window."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from explorer.cli.arguments import parse
from explorer.cli.comparing import compare
from explorer.cli.drawing import draw_figure
from explorer.cli.listing import list_all, versions
from explorer.cli.packing import bundle, classifier
from explorer.cli.tour import tour
from explorer.cli.training import resume, train
from explorer.cli.using import evaluate_run, lab, sample
from explorer.engine import BadInput, ExplorerError
from explorer.figures import FigureError
from explorer.signals import exit_status
from explorer.streams import standard_streams

__all__ = ["main"]

_COMMANDS = {
    "list": list_all,
    "train": train,
    "resume": resume,
    "sample": sample,
    "evaluate": evaluate_run,
    "figure": draw_figure,
    "compare": compare,
    "bundle": bundle,
    "classifier": classifier,
    "lab": lab,
    "tour": tour,
}


def main(arguments: Sequence[str]) -> int:
    """Runs a command.

    Returns:
        The exit status: 0 done, 1 failed, 2 bad input, 128 + its number after a signal.
    """
    with standard_streams() as (out, _):
        code = _run(arguments)
        out.flush()
        if out.error is None or isinstance(out.error, BrokenPipeError):  # its reader, such as `head`, has enough
            return code
        failed = _fail(f"standard output could not be written ({out.error.strerror})", 1)
        return code or failed


def _run(arguments: Sequence[str]) -> int:
    try:
        parsed = parse(arguments)
        if parsed.version:
            print(versions())
            return 0
        return _COMMANDS[parsed.command](parsed)
    except ExplorerError as error:
        return _fail(str(error), error.code)
    except FigureError as error:
        return _fail(str(error), BadInput.code)
    except OSError as error:  # of the system, where no part of the program knows what to do
        return _fail(f"{error.filename or 'a file'}: {error.strerror or error}", 1)
    except KeyboardInterrupt as interrupt:
        return _fail("interrupted", exit_status(interrupt))


def _fail(message: str, code: int) -> int:
    print(f"dgm-explorer: {' '.join(message.split())}", file=sys.stderr)
    return code
