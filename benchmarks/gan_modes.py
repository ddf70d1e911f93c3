"""Do the presets of the planar GAN show what they say? Modes of 2,500 samples, by preset and seed.

    python benchmarks/gan_modes.py [--seconds 60] [--seeds 0 1 2] [--only collapse]

Each run is that of `dgm-explorer train gan --preset P --seconds S --seed N`, one thread, nothing kept. "Last
half" is the most that any measurement in the last half of the steps counts.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

PRESETS = {"Converges": "ring8:std=0.05", "Collapse": "ring8:std=0.05", "Cures": "grid25"}
MEASURED = ("modes", "modes_near", "high_quality_percent", "mode_kl_nats", "precision", "recall")


def main() -> int:
    """Trains and prints a row of a table for each run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="training time of each run")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--only", default="", help="only presets whose title begins so")
    arguments = parser.parse_args()
    print("| preset | seed | steps | modes, near | high quality | KL of modes | precision, recall | last half |")
    print("|---|---|---|---|---|---|---|---|")
    for title, data in PRESETS.items():
        if title.lower().startswith(arguments.only.lower()):
            for seed in arguments.seeds:
                print(row(title, data, seed, arguments.seconds), flush=True)
    return 0


def row(title: str, data: str, seed: int, seconds: float) -> str:
    from explorer.engine import Session, Setup, open_data

    setup = Setup.of("gan", preset=title, data=data, values={"seconds": seconds}, seed=seed, device="cpu")
    session = Session(setup, open_data(setup.data), record=False)
    while not session.finished:
        session.step()
    session.stop()
    last = session.journal.history.last()
    modes, near, quality, kl, precision, recall = (last[f"held_out.{key}"] for key in MEASURED)
    late = []
    for key in ("held_out.modes", "held_out.modes_near"):
        curve = session.journal.history.curve(key)
        late.append(int(curve.mean[curve.step >= session.step_count / 2].max()))
    return (
        f"| {title} | {seed} | {session.step_count:,} | {modes:.0f}, {near:.0f} | {quality:.1f} % | {kl:.3f} nats "
        f"| {precision:.2f}, {recall:.2f} | {late[0]}, {late[1]} |"
    )


if __name__ == "__main__":
    sys.exit(main())
