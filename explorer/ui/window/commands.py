"""Everything that can be done in the window: the command palette lists it, and keys find it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from explorer.engine.bundle import BUNDLES
from explorer.ui.theme import Mode
from explorer.ui.window.actions import Act

if TYPE_CHECKING:
    from explorer.ui.page import PageWidget
    from explorer.ui.window.main_window import MainWindow

__all__ = ["acts_of"]

_MODES = {Mode.SYSTEM: "System", Mode.LIGHT: "Light", Mode.DARK: "Dark", Mode.CONTRAST: "High contrast"}


def acts_of(window: MainWindow, page: PageWidget | None) -> list[Act]:
    """What can be done now.

    Args:
        window: The window.
        page: The page in sight, or None where it is the overview.
    """
    acts: list[Act] = []
    if page is not None and page.draft.model is not None:
        acts += [
            Act("train", "Train or pause", page.acts.train, "Run", "Space"),
            Act("step", "One step", page.acts.step, "Run", "."),
            Act("phase", "One phase of a step", page.moves.one_phase, "Run", ","),
            Act("slow", "Slow motion", page.run_bar.slow_button.toggle, "Run", "S"),
            *(
                Act(f"player.{place}", f"Step the {name} alone", partial(page.acts.step, name), "Run", str(place))
                for place, name in enumerate(page.moves.players, start=1)
            ),
            Act("reset", "Reset", page.acts.reset, "Run", "Ctrl+R"),
            Act("live", "Live", page.go_live, "Timeline", "L"),
            Act("play", "Play the timeline", page.timeline.play, "Timeline"),
        ]
    if page is not None:
        acts += [
            Act("explain", "Explain", page.run_bar.explain_button.toggle, "View", "E"),
            Act("maximise", "Maximise the leading card", window.maximise, "View", "F"),
            Act("undo", "Undo", page.draft.undo.undo, "Edit", "Ctrl+Z"),
            Act("redo", "Redo", page.draft.undo.redo, "Edit", "Ctrl+Shift+Z"),
        ]
        if not page.run_bar.raw_button.isHidden():
            acts.append(Act("raw", "Raw or averaged weights", page.run_bar.raw_button.toggle, "View"))
        for preset in page.page.presets:
            choose = partial(page.draft.choose_preset, preset.title)
            acts.append(Act(f"preset.{preset.title}", preset.title, choose, "Preset"))
        for title in BUNDLES.get(page.name, {}):
            show = partial(page.acts.open_bundled, title)
            acts.append(Act(f"bundle.{title}", f"Show the bundled model: {title}", show, "Bundled model"))
        if page.drawing.offered:
            acts.append(Act("draw", "Draw points", page.drawing.open, "Dataset"))
        for name, title in page.draft.datasets().items():
            acts.append(Act(f"dataset.{name}", title, partial(page.draft.choose_data, name), "Dataset"))
        for name, card in page.cards.items():
            if not page.looking.makes_sense(card.view):
                continue
            export = partial(window.export, card, "pdf")
            acts.append(Act(f"export.{name}", f"Export {card.view.title}", export, "Export"))
        for declared in page.draft.declared().values():
            focus = partial(page.side.focus_on, declared.name)
            acts.append(Act(f"set.{declared.name}", declared.label, focus, "Set"))
    acts.append(Act("tab.overview", "Overview", partial(window.show_tab, "overview"), "Go to", "Ctrl+1"))
    for place, family in enumerate(window.families, start=2):
        key = f"Ctrl+{place}" if place < 10 else ""
        acts.append(Act(f"tab.{family.id}", family.title, partial(window.show_tab, family.id), "Go to", key))
        for name, found in family.pages.items():
            go = partial(window.show_page, name)
            acts.append(Act(f"page.{name}", f"{family.title}: {found.title}", go, "Go to"))
    for mode in Mode:
        acts.append(Act(f"theme.{mode}", f"{_MODES[mode]} theme", partial(window.set_mode, mode), "Theme"))
    acts.append(Act("settings", "Settings", window.show_settings, "Window", "Ctrl+,"))
    acts.append(Act("quit", "Quit", window.close, "Window", "Ctrl+Q"))
    return acts
