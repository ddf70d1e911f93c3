"""Editors of inputs, one a kind: the third of three tables with the same keys.

The others are the dataclasses (`models.protocol.INPUTS`) and their defaults and text forms (`explorer.engine.views`).
A new kind of input is one file here and one line in `EDITORS`.
"""

from __future__ import annotations

from collections.abc import Mapping

from explorer.ui.page.editors.canvas import CanvasEditor
from explorer.ui.page.editors.datum import DatumEditor
from explorer.ui.page.editors.direction import DirectionEditor
from explorer.ui.page.editors.editor import Editor, FixedEditor
from explorer.ui.page.editors.editor_set import EditorSet
from explorer.ui.page.editors.latent import LatentEditor
from explorer.ui.page.editors.noise import NoiseEditor
from explorer.ui.page.editors.pixel import PixelEditor
from explorer.ui.page.editors.points import PointsEditor
from explorer.ui.page.editors.time_step import TimeStepEditor
from models import protocol

__all__ = ["EDITORS", "Editor", "EditorSet", "FixedEditor"]

EDITORS: Mapping[type[protocol.Input], type[Editor]] = {
    protocol.DataBatch: FixedEditor,
    protocol.DataPoint: DatumEditor,
    protocol.LatentPoint: LatentEditor,
    protocol.Direction: DirectionEditor,
    protocol.Noise: NoiseEditor,
    protocol.Canvas: CanvasEditor,
    protocol.Pixel: PixelEditor,
    protocol.Points: PointsEditor,
    protocol.TimeStep: TimeStepEditor,
    protocol.Data: FixedEditor,
    protocol.RunHistory: FixedEditor,
    protocol.FamilyRuns: FixedEditor,
    protocol.Classifier: FixedEditor,
}
