"""Entry point of `dgm-explorer` and `python -m explorer`: the window, or a command."""

from __future__ import annotations

import sys

from explorer.signals import exit_status, handled, raise_ended
from explorer.startup import importing, no_display, window_problem
from explorer.streams import open_descriptors, standard_streams


def main() -> int:
    """Opens the window, or runs the command of the arguments; without a display, runs the headless tour."""
    open_descriptors()
    try:
        with handled(raise_ended), standard_streams():
            # Before Qt: on Windows, torch's libraries cannot be loaded after Qt's. The import takes a second, during
            # which signals are handled.
            import torch  # noqa: F401

            return _run()
    except KeyboardInterrupt as interrupt:
        return exit_status(interrupt)


def _run() -> int:
    arguments = sys.argv[1:]
    reason = "" if arguments else no_display()
    if reason:
        print(f"dgm-explorer: {reason}; running the headless tour instead", file=sys.stderr)
        arguments = ["tour"]
    if arguments:
        from explorer.cli import main as command

        return command(arguments)
    problem = window_problem()
    if problem:
        print(f"dgm-explorer: {problem}", file=sys.stderr)
        return 1
    with importing():
        from explorer.ui.app import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
