"""A partly given image: an image on which the user paints the known pixels."""

from __future__ import annotations

import numpy as np
import torch
from PySide6.QtCore import QObject, Slot

from explorer.engine.data.tensors import TensorData
from explorer.engine.views.canvases import REGIONS, canvas_of, region_mask
from explorer.engine.views.input_context import chosen_split
from explorer.ui.canvas.mask_board import MaskBoard
from explorer.ui.canvas.mask_painting import MaskPainting
from explorer.ui.card import Card
from explorer.ui.frames.base import Hit
from explorer.ui.page.editors.canvas_tools import PAINTED, CanvasTools
from explorer.ui.page.editors.editor import Editor
from explorer.ui.page.state.inputs import Inputs
from explorer.ui.page.state.shown import Shown
from explorer.ui.theme import Theme
from models.protocol import Canvas, Image

__all__ = ["CanvasEditor"]


class CanvasEditor(Editor):
    """Puts a board beside each picture whose view takes a canvas, and a row of tools below it.

    All boards show the same image and mask. The image is one of the split of the first such view.
    """

    kind = Canvas

    def __init__(self, theme: Theme, inputs: Inputs, parent: QObject | None = None):
        super().__init__(theme, inputs, parent)
        self._cards: list[Card] = []
        self._boards: list[MaskBoard] = []
        self._tools: list[CanvasTools] = []
        self._data: TensorData | None = None  # images, or None
        self._split = "valid"
        self._index = 0
        self._painting = MaskPainting(np.ones((1, 1)))

    def attach(self, card: Card) -> None:
        """Adds board and tools."""
        if not self.takes(card):
            return
        name = self.name_for(card, first=not self._cards)
        board, tools = MaskBoard(self._theme), CanvasTools(self._theme, f"{name}.tools")
        board.setObjectName(name)
        board.changed.connect(self._on_painted)
        tools.index_chosen.connect(self.choose)
        tools.region_chosen.connect(self._on_region)
        tools.tool_chosen.connect(self._on_tool)
        tools.undo_asked.connect(board.undo)
        card.add_side(board)
        card.add_row(tools)
        card.changed.connect(self._on_param)
        self._cards.append(card)
        self._boards.append(board)
        self._tools.append(tools)

    def show(self, shown: Shown) -> None:
        """Goes back to the first image with its lower half unknown, where the data are images."""
        self.inputs.unset(Canvas)
        kind = None if shown.spec is None else shown.spec.kind
        self._data = shown.data if isinstance(kind, Image) else None
        for part in (*self._boards, *self._tools):
            part.setVisible(self._data is not None)
        if self._data is not None and self._cards and isinstance(kind, Image):
            _, height, width = kind.shape
            view = self._cards[0].view
            self._split, self._index = chosen_split(view, self.inputs.params(view.name)), 0
            self._painting = MaskPainting(region_mask("lower", height, width).numpy())
            self._show_canvas()

    def clicked(self, card: Card, hit: Hit) -> None:
        """Takes the image that was clicked."""
        if hit.datum is not None:
            self.choose(hit.datum)

    @Slot(int)
    def choose(self, index: int) -> None:
        """Takes another image of the split; the mask stays."""
        if self._data is not None and 0 <= index < self._data.size(self._split):
            self._index = index
            self._set()

    def _set(self) -> None:
        if self._data is not None:
            self.inputs.set(self._canvas(self._data), dragged=True)
            self._show_canvas()

    def _canvas(self, data: TensorData) -> Canvas:
        return canvas_of(data, self._split, self._index, torch.from_numpy(self._painting.mask))

    @Slot()
    def _on_painted(self) -> None:
        self._set()

    @Slot(str)
    def _on_region(self, region: str) -> None:
        if region in REGIONS:
            self._painting.replace(region_mask(region, *self._painting.mask.shape).numpy())
        self._set()

    @Slot(str)
    def _on_tool(self, tool: str) -> None:
        for board, tools in zip(self._boards, self._tools, strict=True):
            board.showing = tool == "show"
            tools.tool.set_value(tool)

    @Slot(str, object)
    def _on_param(self, name: str, value: object) -> None:
        if name == "split" and self.sender() is self._cards[0] and self._data is not None:
            self._split = str(value)
            self.choose(min(self._index, self._data.size(self._split) - 1))

    def _show_canvas(self) -> None:
        data, mask = self._data, torch.from_numpy(self._painting.mask)
        if data is None:
            return
        image = self._canvas(data).x[0].cpu().numpy()
        regions = (name for name in REGIONS if torch.equal(region_mask(name, *mask.shape).bool(), mask))
        region = next(regions, PAINTED)
        for board, tools in zip(self._boards, self._tools, strict=True):
            board.show_image(image, self._painting)
            tools.show_canvas(self._index, data.size(self._split), region, self._painting.can_undo)
