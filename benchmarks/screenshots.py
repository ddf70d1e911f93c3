"""A fixed set of pictures of the window: every page, both themes, two sizes, two scales.

    python benchmarks/screenshots.py [--out out/screenshots] [--only vae-trained] [--steps 1500]

Each scale is drawn by a process of its own, because Qt takes the scale at its start. Seeds and numbers of steps are
fixed; on other machines the pictures differ by what their arithmetic and fonts differ by.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

SCALES = (1.0, 1.5)
SIZES = ((1440, 900), (1024, 700))
THEMES = ("dark", "light")
PATIENCE = 90.0  # s for a run of a few seconds, on a slow machine


def main() -> int:
    """Draws everything, or, given a scale, what belongs to it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("out/screenshots"), help="folder of the pictures")
    parser.add_argument("--only", default="", help="only pictures whose name contains this")
    parser.add_argument("--steps", type=int, default=1500, help="steps each model is trained for")
    parser.add_argument("--scale", type=float, default=0.0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.scale:
        return draw(arguments.out, arguments.only, arguments.steps, arguments.scale)
    for scale in SCALES:
        environment = {**os.environ, "QT_SCALE_FACTOR": f"{scale:g}", "QT_QPA_PLATFORM": "offscreen"}
        command = [sys.executable, __file__, "--out", str(arguments.out), "--only", arguments.only]
        command += ["--steps", str(arguments.steps), "--scale", str(scale)]
        done = subprocess.run(command, env=environment, check=False)
        if done.returncode:
            return done.returncode
    return 0


def draw(out: Path, only: str, steps: int, scale: float) -> int:
    """Draws all pictures of one scale; one home for all of them, gone afterwards."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="dgm-explorer-screenshots-") as home:
        os.environ["DGM_EXPLORER_HOME"] = home
        import torch  # noqa: F401  # before Qt
        from PySide6.QtWidgets import QApplication

        app = QApplication([])
        booth = Booth(app, out, only, scale)
        booth.run(steps)
    print(f"{booth.count} pictures at scale {scale:g} in {out}")
    return 0


class Booth:
    """Poses the window and takes its picture in both themes and sizes.

    Args:
        app: The application.
        out: Folder of the pictures.
        only: Part of the names of those that are wanted, or "".
        scale: Of the pictures.
    """

    def __init__(self, app: object, out: Path, only: str, scale: float):
        from explorer.ui.app import create_window

        self._app, self._out, self._only, self._scale = app, out, only, scale
        self.count = 0
        self.window = create_window()
        self.window.resize(*SIZES[0])
        self.window.show()

    def run(self, steps: int) -> None:
        """Takes all pictures."""
        import models

        self.until(self._filled)
        self.take("first-run")
        for family in models.FAMILIES:
            for name in family.pages:
                self._page(name, steps)
        first = next(iter(models.FAMILIES[0].pages))
        self.window.show_page(first)
        self.take("export", self._export)
        self.take("palette", self._palette)
        self.take("settings", self._settings)
        self._diverge()
        self.take("diverged")
        self.window.show_tab("overview")
        self.until(lambda: bool(self.window.overview.runs))
        self.pump(1.0)
        self.take("overview")
        self.window.close()

    def _page(self, name: str, steps: int) -> None:
        from explorer.ui.controls import Button

        self.window.show_page(name)
        page = self.window.pages[name]
        self.until(self._filled)
        if page.draft.model is None:
            self._scenes(name)
            return
        page.draft.choose_preset(page.page_class.presets[0].title)
        page.draft.set_values({"steps": steps})
        train = page.findChild(Button, "train")
        train.click()
        self.until(lambda: page.shown.state == "done" and page.shown.step == steps)
        if len(page.inputs.z):
            page.inputs.set_point(page.inputs.z + 0.7)
        self.pump(0.3)
        self._scenes(f"{name}-trained")
        track = page.timeline.track
        page.timeline.scrubbed.emit(track.steps[len(track.steps) // 3])
        self.pump(0.5)
        self.take(f"{name}-scrubbed")
        page.moment.go_live()

    def _scenes(self, name: str) -> None:
        """Takes each scene of the page in sight, and goes back to the first."""
        scenes = self.window.page.scenes
        for scene in scenes.names:
            scenes.choose(scene)
            self.pump(0.2)
            self.until(self._filled)
            self.take(f"{name}-{scene.lower().replace(' ', '-').rstrip('?')}")
        scenes.choose(scenes.names[0])

    def _diverge(self) -> None:
        page = self.window.page
        page.draft.set_values({"steps": 3000})
        page.runner.train_new()
        self.until(lambda: page.shown.state == "training" and page.shown.step > 400)
        page.draft.set_values({"lr": 1e6})
        self.until(lambda: page.shown.state == "diverged")
        self.pump(0.3)

    def _export(self) -> object:
        from explorer.ui.export.dialog import ExportDialog

        self.window.page.board.scene.lead.export_asked.emit("pdf")
        dialog = self.window.findChild(ExportDialog)
        self.until(lambda: dialog.preview.picture is not None)
        self.pump(0.3)
        return dialog

    def _palette(self) -> object:
        from explorer.ui.window.palette import CommandPalette

        self.window.show_palette()
        return self.window.findChild(CommandPalette)

    def _settings(self) -> object:
        from explorer.ui.settings import SettingsDialog

        self.window.show_settings()
        return self.window.findChild(SettingsDialog)

    def take(self, name: str, above: Callable[[], object] | None = None) -> None:
        """Takes the window in both themes and sizes.

        Args:
            name: Of the pictures.
            above: Opens a dialog, which is drawn over the window.
        """
        from PySide6.QtGui import QPainter

        for theme in THEMES:
            for width, height in SIZES:
                full = f"{name}-{theme}-{width}x{height}" + (f"-{self._scale:g}x" if self._scale != 1 else "")
                if self._only not in full:
                    continue
                self.window.set_mode(theme)
                self.window.resize(width, height)
                self.pump(0.25)
                dialog = above() if above is not None else None
                self.pump(0.15)
                picture = self.window.grab()
                if dialog is not None:
                    painter = QPainter(picture)
                    size = dialog.size()
                    place = (width - size.width()) // 2, min(max(0, (height - size.height()) // 2), 200)
                    painter.drawPixmap(*place, dialog.grab())
                    painter.end()
                    dialog.close()
                    self.pump(0.05)
                picture.save(str(self._out / f"{full}.png"))
                self.count += 1

    def _filled(self) -> bool:
        page = self.window.page
        return page is not None and all(
            not card.is_empty for card in page.board.scene.in_sight() if card.view.name != "curves"
        )

    def until(self, condition: Callable[[], bool]) -> None:
        """Lets the window live until something holds.

        Raises:
            TimeoutError: It never does.
        """
        ends = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > ends:
                raise TimeoutError(
                    f"the window did not get where it should; it says: {self.window.status.message.text()}"
                )
            self.pump(0.02)

    def pump(self, seconds: float) -> None:
        """Lets the window live for a while."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self._app.processEvents()  # type: ignore[attr-defined]
            time.sleep(0.005)


if __name__ == "__main__":
    sys.exit(main())
