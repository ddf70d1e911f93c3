"""The left panel: pages of the family, dataset, preset, and the forms of all parameters."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from explorer.engine import available, training_class
from explorer.engine.bundle import BUNDLES
from explorer.engine.files import runs_folder
from explorer.engine.runs.listing import runs_of_pages
from explorer.ui.controls import Combo, IconButton, ParamForm, ValueBox, text_label
from explorer.ui.controls.scale import Scale
from explorer.ui.controls.text_box import TextBox
from explorer.ui.numbers import count
from explorer.ui.page.panels.dataset_form import DatasetForm, labelled
from explorer.ui.page.panels.draft_actions import DraftActions
from explorer.ui.page.panels.page_chooser import PageChooser
from explorer.ui.page.state.draft import Draft
from explorer.ui.page.state.moment import Moment
from explorer.ui.page.state.shown import Shown
from explorer.ui.page.state.waiting import waiting_with_preset
from explorer.ui.theme import Theme
from models import Family
from models.protocol import params_of

__all__ = ["SidePanel"]

_LARGEST_SEED = 999_999
_RUNS = 20  # of other pages that a field offers
_CUSTOM = "Custom"
_UNCHOSEN = "Bundled model …"
_DEVICES = {"auto": "Automatic", "cpu": "CPU", "mps": "Apple GPU"}


class SidePanel(QScrollArea):
    """Edits the draft.

    Attributes:
        chooser: The pages of the family.
        dataset: The dataset and its parameters, or None where the page takes no data.
        form: Fields of the config.
        training: Fields of the training, or None for a lab.

    Signals:
        draw_asked: The canvas is to be opened.
        file_asked, folder_asked: A file, or a folder, of the user is to be opened as data.
        value_moved: Name and value of a parameter while it is being moved.
        bundle_chosen: Title of the bundled model to show.

    Args:
        theme: Colours.
        family: Its pages are offered.
        draft: The setup being edited.
        shown: What the page shows.
        moment: The moment that is shown.
    """

    draw_asked = Signal()
    file_asked = Signal()
    folder_asked = Signal()
    value_moved = Signal(str, object)
    bundle_chosen = Signal(str)

    def __init__(
        self, theme: Theme, family: Family, draft: Draft, shown: Shown, moment: Moment, parent: QWidget | None = None
    ):
        super().__init__(parent)
        self._draft, self._shown, self._moment = draft, shown, moment
        self.setProperty("panel", "side")
        self.setMinimumWidth(232)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QFrame()
        body.setProperty("panel", "side")
        self.setWidget(body)
        column = QVBoxLayout(body)
        column.setContentsMargins(14, 12, 6, 16)
        column.setSpacing(0)
        self.chooser = PageChooser(theme, family, draft.name)
        column.addWidget(self.chooser)
        column.addSpacing(12)
        column.addWidget(_rule())
        column.addSpacing(16)
        self.of_next = text_label("", "hint", wrap=True)
        self.of_next.setObjectName("of_next")
        self.of_next.setContentsMargins(0, 0, 8, 12)
        column.addWidget(self.of_next)
        fields = QVBoxLayout()
        fields.setSpacing(12)
        column.addLayout(fields)
        column.addStretch(1)
        self.dataset: DatasetForm | None = None
        self._fields = fields
        self._theme = theme
        self._add_fields(theme, fields)
        draft.changed.connect(self.refresh)
        shown.changed.connect(self._on_shown_changed)
        moment.changed.connect(self._say_of_which)
        self._say_of_which()
        self.refresh()
        actions = DraftActions(draft, self)
        actions.bundle_chosen.connect(self.bundle_chosen)
        actions.draw_asked.connect(self.draw_asked)
        actions.field_chosen.connect(self.focus_on)
        self.addActions(actions.actions())

    def _add_fields(self, theme: Theme, fields: QVBoxLayout) -> None:
        draft = self._draft
        model = draft.model
        self.preset = Combo(theme, {p.title: p.title for p in draft.page.presets}, draft.state.preset)
        self.preset.setObjectName("preset")
        self.preset.setAccessibleName("Preset")
        self.preset.chosen.connect(self._on_preset)
        if draft.datasets():
            self.dataset = DatasetForm(theme, draft)
            self.dataset.draw_asked.connect(self.draw_asked)
            self.dataset.file_asked.connect(self.file_asked)
            self.dataset.folder_asked.connect(self.folder_asked)
            fields.addWidget(self.dataset)
        if draft.page.presets:
            fields.addLayout(labelled("Preset", self.preset))
        titles = BUNDLES.get(draft.name, {})
        self.bundle = Combo(theme, {"": _UNCHOSEN, **{title: title for title in titles}})
        self.bundle.setObjectName("bundle")
        self.bundle.setAccessibleName("Bundled model")
        self.bundle.setToolTip("Trained models that come with the application")
        self.bundle.chosen.connect(self._on_bundle)
        if titles:
            fields.addLayout(labelled("Trained", self.bundle))
        if draft.page.presets:
            fields.addWidget(_rule())
        self.form = self._form(params_of(draft.page.Config), "param", fields)
        self.training: ParamForm | None = None
        if model is None:
            return
        self._training_rule = _rule()
        fields.addWidget(self._training_rule)
        self.training = self._form(params_of(training_class(model)), "training", fields, "Optimiser and schedule")
        fields.addWidget(_rule())
        self.seed = ValueBox(Scale(0, _LARGEST_SEED, 1, whole=True), draft.state.seed)
        self.seed.explain_refusals()
        self.seed.setObjectName("seed")
        self.seed.setAccessibleName("Seed")
        self.seed.setFixedWidth(72)
        self.seed.committed.connect(self._on_seed)
        self.dice = IconButton(theme, "dice", "Another seed")
        self.dice.setObjectName("dice")
        self.dice.clicked.connect(self._on_dice)
        row = QHBoxLayout()
        row.addWidget(text_label("Seed", "label"))
        row.addStretch(1)
        row.addWidget(self.seed)
        row.addSpacing(4)
        row.addWidget(self.dice)
        fields.addLayout(row)
        names = ["auto", *available()]
        self.device = Combo(theme, {n: _DEVICES.get(n, n.upper().replace(":", " ")) for n in names}, draft.state.device)
        self.device.setObjectName("device")
        self.device.setAccessibleName("Device")
        self.device.chosen.connect(self._on_device)
        fields.addLayout(labelled("Device", self.device))

    def _form(self, params: Mapping[str, Any], prefix: str, into: QVBoxLayout, more: str = "More") -> ParamForm:
        form = ParamForm(self._theme, params, self._draft.state.values, prefix=prefix, more=more)
        form.changed.connect(self.value_moved)
        form.edited.connect(self._on_edited)
        for row in form.rows.values():
            if row.declared.run_of and isinstance(row.editor, TextBox):
                row.editor.set_suggestions(partial(_runs_of, row.declared.run_of))
        into.addWidget(form)
        return form

    @Slot()
    def _on_shown_changed(self) -> None:
        """Takes the parameters of the run: fields that differ from them say that they apply after a reset."""
        self._mark_waiting()
        setup = self._shown.setup if self._shown.folder is not None else None
        if self.dataset is not None:
            self.dataset.set_in_force("" if setup is None else setup.data)
        self.bundle.set_value(self._shown.bundle)

    def _mark_waiting(self) -> None:
        shown = self._shown
        values = shown.values() if shown.folder is not None else None
        held = (
            waiting_with_preset(self._draft, shown.setup, shown.data_version)
            if values is not None and shown.setup is not None
            else ()
        )
        for form in (self.form, self.training):
            if form is not None:
                form.set_in_force(values, held)

    @Slot()
    def _say_of_which(self) -> None:
        """Says that the fields are not of the recorded step in the pictures."""
        step = self._moment.step
        self.of_next.setText("" if step is None else f"Settings of the next run, not those of step {count(step)}")
        self.of_next.setVisible(step is not None)

    def show_moved(self, values: Mapping[str, Any]) -> None:
        """Shows values of the config that are being moved elsewhere."""
        self.form.set_values({**self._draft.state.values, **values})

    @Slot(str, str)
    def set_error(self, name: str, sentence: str) -> None:
        """Marks the field that caused an error."""
        if name in self.form.rows:
            self.form.set_error(name, sentence)
        elif self.training is not None and name in self.training.rows:
            self.training.set_error(name, sentence)

    @Slot(str)
    def focus_on(self, name: str) -> None:
        """Puts the focus on a field, unfolding what hides it."""
        form = self.form if name in self.form.rows else self.training
        if form is None:
            return
        row = form.rows[name]
        if row.declared.more and form.section is not None:
            form.section.set_open(True)
        self.ensureWidgetVisible(row)
        row.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def refresh(self) -> None:
        """Shows the draft."""
        state = self._draft.state
        self.form.set_baseline(self._draft.baseline())
        self.form.set_values(state.values)
        self.form.set_config(self._draft.config())
        self._show_preset()
        if self.dataset is not None:
            self.dataset.refresh()
        if self.training is None:
            return
        self.training.set_baseline(self._draft.baseline())
        self.training.set_values(state.values)
        self.training.set_config(self._draft.training())
        self._mark_waiting()
        model = self._draft.model
        for widget in (self._training_rule, self.training):
            widget.setVisible(model is not None and not model.fitted(self._draft.config()))
        self.seed.set_number(state.seed)
        self.device.set_value(state.device)

    def _show_preset(self) -> None:
        titles = {preset.title: preset.title for preset in self._draft.page.presets}
        title = self._draft.preset_title()
        if not title:
            titles = {"": _CUSTOM, **titles}
        self.preset.set_choices(titles, title)

    @Slot(object, object)
    def _on_preset(self, _before: object, title: object) -> None:
        if title:
            self._draft.choose_preset(str(title))

    @Slot(object, object)
    def _on_bundle(self, _before: object, title: object) -> None:
        if title:
            self.bundle_chosen.emit(str(title))

    @Slot(str, object, object)
    def _on_edited(self, name: str, _before: object, value: object) -> None:
        self._draft.set_values({name: value})

    @Slot(float, float)
    def _on_seed(self, _before: float, value: float) -> None:
        self._draft.set_seed(int(value))

    @Slot()
    def _on_dice(self) -> None:
        self._draft.set_seed(secrets.randbelow(_LARGEST_SEED + 1))

    @Slot(object, object)
    def _on_device(self, _before: object, name: object) -> None:
        self._draft.set_device(str(name))


def _runs_of(pages: tuple[str, ...]) -> list[str]:
    """Names of the newest runs of some pages."""
    return [place.name for place in itertools.islice(runs_of_pages(runs_folder(), pages), _RUNS)]


def _rule() -> QFrame:
    rule = QFrame()
    rule.setProperty("rule", "true")
    return rule
