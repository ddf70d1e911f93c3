"""The widget of one formula."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.explain.formulas import Outline, Typeset, typesetter
from explorer.ui.theme import Theme, Tokens, color, mono_font

__all__ = ["FormulaView", "Line", "arrange"]

_SHRINK = 0.8  # smallest scale before a formula is broken into lines
_INDENT = 14.0  # px, of the second and further lines
_LEADING = 4.0  # px between lines
_WAITING = 22  # px, height until the formula is typeset


@dataclass(frozen=True)
class Line:
    """One line of a broken formula: its outlines from left to right, and its indent, px."""

    outlines: tuple[Outline, ...]
    indent: float = 0.0

    @property
    def width(self) -> float:
        """Width of the line with its indent, px."""
        return self.indent + sum(outline.width for outline in self.outlines)

    @property
    def ascent(self) -> float:
        """Height above the base line, px."""
        return max(outline.ascent for outline in self.outlines)

    @property
    def descent(self) -> float:
        """Depth below the base line, px."""
        return max(outline.descent for outline in self.outlines)


def arrange(typeset: Typeset, width: float) -> tuple[tuple[Line, ...], float]:
    """Lines and scale in which a formula fits a width: shrunk a little, else broken, else shrunk further.

    Args:
        typeset: A formula without a problem.
        width: Available width, px.

    Returns:
        The lines, and the factor of all lengths.
    """
    assert typeset.whole is not None
    single = (Line((typeset.whole,)),)
    if typeset.whole.width * _SHRINK <= width or len(typeset.pieces) < 2:
        return single, min(1.0, width / typeset.whole.width)
    lines: list[Line] = [Line(typeset.pieces[:1])]
    for piece in typeset.pieces[1:]:
        if lines[-1].width + piece.width <= width:
            lines[-1] = Line((*lines[-1].outlines, piece), lines[-1].indent)
        else:
            lines.append(Line((piece,), _INDENT))
    return tuple(lines), min(1.0, width / max(line.width for line in lines))


class FormulaView(QWidget):
    """A typeset formula, left aligned, with height for width. Its place is empty until the formula is typeset.

    A formula that cannot be typeset is shown as its source text.

    Args:
        theme: Colours.
        tex: The formula.
        role: Role that determines the colour, or "" for the colour of text.
    """

    def __init__(self, theme: Theme, tex: str, role: str = "", parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens, self._role = theme.tokens, role
        self.tex = tex
        self._typeset: Typeset | None = None
        self._picture: QPixmap | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(tex)
        theme.changed.connect(self.apply_theme)
        self.poll()

    @property
    def is_set(self) -> bool:
        """Whether typesetting has finished, with or without success."""
        return self._typeset is not None

    def poll(self) -> bool:
        """Takes the typeset formula if it is ready; returns whether it is set."""
        if self._typeset is None:
            self._typeset = typesetter().found(self.tex)
            if self._typeset is not None:
                self.setToolTip(self._typeset.problem)
                self._redraw()
                self.updateGeometry()
        return self.is_set

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in the colours of a theme."""
        self._tokens = tokens
        self._redraw()

    def fits(self, width: float) -> bool:
        """Whether one line of a width has room for the formula at a scale of at least 0.8."""
        outline = self._outline()
        return outline is None or outline.width * _SHRINK <= width

    def _outline(self) -> Outline | None:
        return None if self._typeset is None else self._typeset.whole

    def _lines(self, width: float) -> tuple[Sequence[Line], float]:
        if self._typeset is None or self._typeset.whole is None or width <= 0:
            return (), 1.0
        return arrange(self._typeset, width)

    def _redraw(self) -> None:
        self._picture = None
        self.update()

    def hasHeightForWidth(self) -> bool:
        """True: a narrow formula breaks into lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height at a width, px."""
        lines, scale = self._lines(width)
        if not lines:
            return _WAITING
        ink = sum(line.ascent + line.descent for line in lines) * scale
        return max(_WAITING, round(ink + _LEADING * (len(lines) - 1) + 0.5))

    def sizeHint(self) -> QSize:
        """Size in one line."""
        outline = self._outline()
        return QSize(160, _WAITING) if outline is None else QSize(round(outline.width), round(outline.height))

    def minimumSizeHint(self) -> QSize:
        """Small: the formula shrinks and breaks."""
        outline = self._outline()
        return QSize(40 if outline is None else min(40, round(outline.width)), _WAITING)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Drops the kept pixmap."""
        self._picture = None
        super().resizeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the formula from a kept pixmap."""
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatioF() != ratio:
            self._picture = self._paint(ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.end()

    def _paint(self, ratio: float) -> QPixmap:
        ink = self._tokens.role(self._role) if self._role else self._tokens.text1
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lines, scale = self._lines(self.width())
        high = sum(line.ascent + line.descent for line in lines) * scale + _LEADING * max(0, len(lines) - 1)
        top = max(0.0, (self.height() - high) / 2)
        for line in lines:
            x, base = line.indent * scale, top + line.ascent * scale
            for outline in line.outlines:
                place = QRectF(x, base - outline.ascent * scale, outline.width * scale, outline.height * scale)
                QSvgRenderer(QByteArray(outline.tinted(ink))).render(painter, place)
                x += outline.width * scale
            top = base + line.descent * scale + _LEADING
        if self._typeset is not None and self._typeset.whole is None:
            painter.setFont(mono_font(12))
            painter.setPen(color(ink))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self.tex)
        painter.end()
        return picture
