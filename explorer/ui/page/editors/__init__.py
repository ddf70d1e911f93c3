"""Editors of inputs, one a kind: the third of three tables with the same keys.

The others are the dataclasses (`models.protocol.INPUTS`) and their defaults and text forms (`explorer.engine.views`).
A new kind of input is one file here and one line in `EDITORS`.
"""

from __future__ import annotations

from collections.abc import Mapping

from explorer.ui.page.editors.datum import DatumEditor
from explorer.ui.page.editors.direction import DirectionEditor
from explorer.ui.page.editors.editor import Editor, FixedEditor
from explorer.ui.page.editors.editor_set import EditorSet
from explorer.ui.page.editors.latent import LatentEditor
from explorer.ui.page.editors.noise import NoiseEditor
from models import protocol

__all__ = ["EDITORS", "Editor", "EditorSet", "FixedEditor"]

EDITORS: Mapping[type[protocol.Input], type[Editor]] = {
    protocol.DataBatch: FixedEditor,
    protocol.DataPoint: DatumEditor,
    protocol.LatentPoint: LatentEditor,
    protocol.Direction: DirectionEditor,
    protocol.Noise: NoiseEditor,
    protocol.Canvas: FixedEditor,
    protocol.Pixel: FixedEditor,
    protocol.Points: FixedEditor,
    protocol.TimeStep: FixedEditor,
    protocol.Data: FixedEditor,
    protocol.Classifier: FixedEditor,
}
