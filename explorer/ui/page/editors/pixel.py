"""One pixel of an image: set by a click in a picture, by arrow keys, or as row and column."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Slot

from explorer.engine.views.input_context import InputContext
from explorer.engine.views.input_kinds import KINDS
from explorer.ui.card import Card
from explorer.ui.frames.base import Hit
from explorer.ui.frames.images import ImagesView
from explorer.ui.page.editors.editor import Editor
from explorer.ui.page.editors.pixel_bar import PixelBar
from explorer.ui.page.state.inputs import Inputs
from explorer.ui.page.state.shown import Shown
from explorer.ui.theme import Theme
from models.protocol import Image, Pixel

__all__ = ["PixelEditor"]


class PixelEditor(Editor):
    """Outlines the pixel in the pictures whose view sets it, where a click or an arrow key moves it.

    The first card in sight whose view takes a pixel has boxes for its row and column.
    """

    kind = Pixel

    def __init__(self, theme: Theme, inputs: Inputs, parent: QObject | None = None):
        super().__init__(theme, inputs, parent)
        self._bars: list[tuple[Card, PixelBar]] = []
        self._pictures: list[ImagesView] = []
        self._default: Pixel | None = None
        self._are_images = False
        self._seen: Sequence[Card] = ()
        inputs.changed.connect(self._on_changed)

    @property
    def pixel(self) -> Pixel | None:
        """The pixel, or None where the data are no images."""
        value = self.inputs.value(Pixel)
        return value if isinstance(value, Pixel) else self._default

    def attach(self, card: Card) -> None:
        """Adds the boxes, and takes the picture in which the pixel is set."""
        if self.takes(card):
            bar = PixelBar(self._theme, self.name_for(card, first=not self._bars))
            bar.moved.connect(self._on_moved)
            card.add_row(bar)
            self._bars.append((card, bar))
        if card.view.sets is Pixel and isinstance(card.display, ImagesView):
            self._pictures.append(card.display)

    def show(self, shown: Shown) -> None:
        """Goes back to the pixel in the middle, where the data are images."""
        self.inputs.unset(Pixel)
        kind = None if shown.spec is None else shown.spec.kind
        self._default, self._are_images = None, isinstance(kind, Image)
        page = shown.model_or_lab
        for card, bar in self._bars:
            if page is not None and isinstance(kind, Image):
                bar.set_shape(*kind.shape)
                context = InputContext(card.view, page, shown.data, shown.device)
                default = KINDS[Pixel].default(context)
                assert isinstance(default, Pixel)
                self._default = default
        self._place_bar()
        self._show_pixel()

    def arrange(self, cards: Sequence[Card]) -> None:
        """Shows the boxes on the first of the cards that takes a pixel."""
        self._seen = cards
        self._place_bar()

    def _place_bar(self) -> None:
        first = [card for card in self._seen if self._are_images and self.takes(card)][:1]
        for card, bar in self._bars:
            bar.setVisible(card in first)

    def clicked(self, card: Card, hit: Hit) -> None:
        """Moves the pixel to the one that was clicked."""
        if hit.pixel is not None and self.pixel is not None:
            self._set(Pixel(*hit.pixel, self.pixel.channel))

    def _set(self, pixel: Pixel) -> None:
        self.inputs.set(pixel, dragged=True)

    @Slot(object)
    def _on_moved(self, pixel: Pixel) -> None:
        self._set(pixel)

    @Slot(object)
    def _on_changed(self, kind: object) -> None:
        if kind is Pixel:
            self._show_pixel()

    def _show_pixel(self) -> None:
        pixel = self.pixel
        for _, bar in self._bars:
            if pixel is not None:
                bar.show_pixel(pixel)
        for picture in self._pictures:
            picture.set_pixel(None if pixel is None else (pixel.row, pixel.column))
