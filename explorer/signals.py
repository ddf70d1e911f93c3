"""Signals that end the program: Ctrl-C, SIGTERM, and SIGHUP when the terminal closes or the connection breaks."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import NoReturn

__all__ = ["Ended", "exit_status", "handled", "raise_ended"]

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Ended(KeyboardInterrupt):
    """A signal ended the program; what was under way cleans up, as for Ctrl-C.

    Attributes:
        number: The signal.
    """

    def __init__(self, number: int):
        super().__init__(signal.Signals(number).name)
        self.number = number


def exit_status(interrupt: KeyboardInterrupt) -> int:
    """The exit status of a program that was ended: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP."""
    return 128 + (interrupt.number if isinstance(interrupt, Ended) else signal.SIGINT)


def raise_ended(number: int, _frame: FrameType | None) -> NoReturn:
    """Handler of a signal that ends at once what is under way."""
    raise Ended(number)


@contextlib.contextmanager
def handled(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Installs a handler of all these signals for a block; one that is ignored, as under nohup, stays so.

    Only the main thread receives signals; in another, nothing is installed.
    """
    main = threading.current_thread() is threading.main_thread()
    before = {number: signal.getsignal(number) for number in _SIGNALS if main}
    caught = [number for number, old in before.items() if old not in (signal.SIG_IGN, None)]
    try:
        for number in caught:
            signal.signal(number, handler)
        yield
    finally:
        for number in caught:
            signal.signal(number, before[number])
