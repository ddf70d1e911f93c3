"""`dgm-explorer`, or `python -m explorer`: the window, or a command."""

from __future__ import annotations

import sys

# Before Qt: on Windows torch's libraries cannot be loaded once Qt's are.
import torch  # noqa: F401

from explorer.startup import no_display, window_problem


def main() -> int:
    """Opens the window, does what the arguments say, or where there is no display gives the headless tour."""
    arguments = sys.argv[1:]
    reason = "" if arguments else no_display()
    if reason:
        print(f"dgm-explorer: {reason}; here is the headless tour instead", file=sys.stderr)
        arguments = ["tour"]
    if arguments:
        from explorer.cli import main as command

        return command(arguments)
    problem = window_problem()
    if problem:
        print(f"dgm-explorer: {problem}", file=sys.stderr)
        return 1
    from explorer.ui.app import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
