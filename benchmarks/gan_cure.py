"""Does the cure end the collapse of the planar GAN? From step 1,500 of the preset Collapse, by seed and change.

    python benchmarks/gan_cure.py [--seconds 60] [--seeds 0 1 2 3 4] [--singly]

The change is made in the same session, live, as the window does. `--singly` tries each change alone and leaves each
out. Seconds are processor seconds of one thread; a mode is held as `modes_near` counts it, by 2,500 samples every 50
steps.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

_START, _EVERY = 1500, 50  # steps


def main() -> int:
    """Trains and prints a row of a table for each seed and change."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="processor seconds after the change")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--singly", action="store_true", help="each change alone, and each left out")
    arguments = parser.parse_args()
    print("| seed | change | 7 of 8 after | steps | at the end | last third with 7 | high quality |")
    print("|---|---|---|---|---|---|---|")
    for seed in arguments.seeds:
        for title, values in changes(arguments.singly).items():
            print(row(seed, title, values, arguments.seconds), flush=True)
    return 0


def changes(singly: bool) -> dict[str, Mapping[str, Any]]:
    """The whole cure; its parts and what is left without each of them where `singly`."""
    from models.gan.planar import GAN

    cure = dict(GAN.cure.set)
    if not singly:
        return {"all": cure}
    tried: dict[str, Mapping[str, Any]] = {}
    for part in (suggestion for suggestion in GAN.try_next if suggestion.group):
        tried[f"only {part.title}"] = part.set
        tried[f"without {part.title}"] = {name: value for name, value in cure.items() if name not in part.set}
    return tried


def row(seed: int, title: str, values: Mapping[str, Any], seconds: float) -> str:
    import torch

    from explorer.engine import Session, Setup, open_data
    from explorer.engine.measure.samples import modes

    setup = Setup.of(
        "gan", preset="Collapse", data="ring8:std=0.05", values={"steps": 1_000_000}, seed=seed, device="cpu"
    )
    session = Session(setup, open_data(setup.data), record=False)
    while session.step_count < _START:
        session.step()
    session.change(**values)
    data, held, first, began = session.data.whole(), [], "", time.process_time()
    assert data.centers is not None
    assert data.std is not None
    while time.process_time() - began < seconds:
        for _ in range(_EVERY):
            session.step()
        x = session.model.sample(2500, rng=torch.Generator().manual_seed(1))
        measured = modes(x, data.centers, data.std)
        held.append(int(measured["modes_near"]))
        if held[-1] >= 7 and not first:
            first = f"{time.process_time() - began:.1f} s, {session.step_count - _START:,} steps"
    late = held[2 * len(held) // 3 :]
    share = 100 * sum(count >= 7 for count in late) / max(1, len(late))
    return (
        f"| {seed} | {title} | {first or 'never'} | {session.step_count - _START:,} | {held[-1]} of 8 | {share:.0f} % "
        f"| {measured['high_quality_percent']:.0f} % |"
    )


if __name__ == "__main__":
    sys.exit(main())
