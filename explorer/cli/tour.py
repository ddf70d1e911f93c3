"""The headless tour: the first page of the window, for machines without a display."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from explorer import figures
from explorer.cli.training import run_to_end
from explorer.engine import SessionViews, Setup, new_session
from explorer.engine.runs.curves import loss_curves
from models.frames import Frame

__all__ = ["tour"]

_PAGE = "vae"
_VIEWS = ("latent_map", "reconstructions", "samples")


def tour(arguments: argparse.Namespace) -> int:
    """Trains the default preset of the first page for a while and draws its figures; see the help of `tour`."""
    setup = Setup.of(_PAGE, values={"seconds": arguments.seconds})
    session = new_session(setup, folder=Path(arguments.out) if arguments.out else None)
    assert session.run is not None
    print(f"training {type(session.model).title} on {setup.data} for {arguments.seconds} s", file=sys.stderr)
    code, error = run_to_end(session)
    if error:
        print(f"dgm-explorer: {error}", file=sys.stderr)
        return code
    views = SessionViews(session)
    frames: dict[str, Frame] = {
        "curves": loss_curves(type(session.model), session.journal.history, session.setup.config),
        **{name: views.frame(name) for name in _VIEWS},
    }
    accuracy = session.journal.history.last().get("held_out.knn5_accuracy")
    if accuracy is not None:
        print(f"step {session.step_count}: 5-NN accuracy of held-out digits in the map {accuracy:.2f}", file=sys.stderr)
    for name, frame in frames.items():
        identity = {**session.run.identity, "view": name, "step": session.step_count}
        for suffix in (".png", ".svg"):
            print(figures.save(frame, session.run.folder / "figures" / f"{name}{suffix}", identity=identity))
    return code
