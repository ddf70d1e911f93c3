"""A partly given image: a board on which the user draws it, and paints which of its pixels are given."""

from __future__ import annotations

from dataclasses import replace

import torch
from PySide6.QtCore import QObject, Slot

from explorer.engine.data.tensors import TensorData
from explorer.engine.views.canvases import REGIONS, region_mask, region_of
from explorer.engine.views.input_context import chosen_split
from explorer.ui.canvas.image_board import ImageBoard
from explorer.ui.canvas.image_painting import ImagePainting, Picture
from explorer.ui.card import Card
from explorer.ui.frames.base import Hit
from explorer.ui.page.editors.canvas_tools import PAINTED, CanvasTools
from explorer.ui.page.editors.editor import Editor
from explorer.ui.page.state.inputs import Inputs
from explorer.ui.page.state.shown import Shown
from explorer.ui.theme import Theme
from models.protocol import Canvas, Image, View

__all__ = ["CanvasEditor"]

_FIRST = "lower"  # the region that is unknown at first


class CanvasEditor(Editor):
    """Lets a person draw on a board, with rows of tools below it.

    A view that takes a canvas and sets it has the board in place of its picture. Where a page has no such view, a board
    stands beside the picture of each view that takes a canvas. All boards show the same canvas, which starts from an
    image of the split of the first such view.
    """

    kind = Canvas

    def __init__(self, theme: Theme, inputs: Inputs, parent: QObject | None = None):
        super().__init__(theme, inputs, parent)
        self._apart = any(_is_drawn_on(view) for view in inputs.views)  # a card has nothing but the board
        self._cards: list[Card] = []
        self._boards: list[ImageBoard] = []
        self._tools: list[CanvasTools] = []
        self._data: TensorData | None = None  # images, or None
        self._split = "valid"
        self._index = 0  # of the image that was chosen last
        self._region = _FIRST  # that was chosen last
        self._painting = ImagePainting(Picture.blank((1, 1, 1)))

    def attach(self, card: Card) -> None:
        """Adds board and tools."""
        if not self.takes(card) or (self._apart and not _is_drawn_on(card.view)):
            return
        name = self.name_for(card, first=not self._cards)
        board, tools = ImageBoard(self._theme), CanvasTools(self._theme, f"{name}.tools")
        board.setObjectName(name)
        board.changed.connect(self._set)
        board.resized.connect(self._show_tools)
        tools.start_chosen.connect(self.choose)
        tools.region_chosen.connect(self._on_region)
        tools.tool_chosen.connect(self._on_tool)
        tools.width_chosen.connect(self._on_width)
        tools.ink_chosen.connect(self._on_ink)
        tools.undo_asked.connect(board.undo)
        tools.redo_asked.connect(board.redo)
        tools.clear_asked.connect(self.clear)
        if self._apart:
            card.set_board(board)
        else:
            card.add_board(board)
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
            view = self._cards[0].view
            self._split, self._region = chosen_split(view, self.inputs.params(view.name)), _FIRST
            self._painting = ImagePainting(self._with_region(self._start(0), _FIRST))
            self._index = 0
            for tools in self._tools:
                tools.set_grey(kind.values != "binary")
            self._show_canvas()

    def clicked(self, card: Card, hit: Hit) -> None:
        """Takes the image that was clicked."""
        if hit.datum is not None:
            self.choose(hit.datum)

    @Slot(int)
    def choose(self, index: int) -> None:
        """Starts from another image of the split; the mask stays."""
        if self._data is not None and 0 <= index < self._data.size(self._split):
            self._index = index
            self._painting.replace(replace(self._start(index), mask=self._painting.picture.mask))
            self._set()

    @Slot()
    def clear(self) -> None:
        """Starts from an empty picture, of which the region that was chosen last is unknown."""
        blank = Picture.blank(self._painting.picture.x.shape)
        self._painting.replace(self._with_region(blank, self._region))
        self._set()

    def _start(self, index: int) -> Picture:
        """An image of the split, all of it given."""
        assert self._data is not None
        x = self._data.point(self._split, index).x[0].cpu().numpy()
        return replace(Picture.blank(x.shape), x=x, start=index)

    @staticmethod
    def _with_region(picture: Picture, region: str) -> Picture:
        return replace(picture, mask=region_mask(region, *picture.mask.shape).bool().numpy())

    @Slot()
    def _set(self) -> None:
        if self._data is not None:
            self.inputs.set(self._canvas(), dragged=True)
            self._show_canvas()

    def _canvas(self) -> Canvas:
        picture = self._painting.picture
        x = torch.from_numpy(picture.x)[None]
        return Canvas(x, torch.from_numpy(picture.mask).to(x).expand_as(x))

    @Slot(str)
    def _on_region(self, region: str) -> None:
        if region in REGIONS:
            self._region = region
            self._painting.replace(self._with_region(self._painting.picture, region))
        self._set()

    @Slot(str)
    def _on_tool(self, tool: str) -> None:
        self._painting.tool = tool
        self._show_tools()

    @Slot(int)
    def _on_width(self, width: int) -> None:
        self._painting.resize(width)
        self._show_canvas()

    @Slot(float)
    def _on_ink(self, ink: float) -> None:
        self._painting.ink = ink
        self._show_tools()

    @Slot(str, object)
    def _on_param(self, name: str, value: object) -> None:
        if name == "split" and self.sender() is self._cards[0] and self._data is not None:
            self._split = str(value)
            start = self._start(min(self._index, self._data.size(self._split) - 1))
            self._painting.restart(replace(start, mask=self._painting.picture.mask))
            self._set()

    def _show_canvas(self) -> None:
        for board in self._boards:
            board.show_painting(self._painting)
        self._show_tools()

    @Slot()
    def _show_tools(self) -> None:
        data, picture = self._data, self._painting.picture
        if data is None:
            return
        self._index = self._index if picture.start is None else picture.start  # undo may bring another one back
        region = region_of(torch.from_numpy(picture.mask)) or PAINTED
        for tools in self._tools:
            tools.show_data(data, self._split, self._index)
            tools.start.show_start(data, self._split, picture.start)
            tools.show_painting(self._painting, region)


def _is_drawn_on(view: View) -> bool:
    """Whether a view shows nothing but the canvas, so that the board stands in place of its picture."""
    return view.sets is Canvas and Canvas in view.inputs.values()
