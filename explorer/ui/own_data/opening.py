"""Ways to bring own data into the window: the file dialogs, and dropping a file or folder on it."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QObject, Signal, Slot
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from explorer.ui.controls import make_action
from explorer.ui.own_data.reading import ReadingThread

__all__ = ["OwnDataOpening"]

_FILES = (
    "Own data (*.csv *.tsv *.txt *.dat *.npy *.npz *.idx *-ubyte *.gz *.zip *.wav);;All files (*)"
)  # fmt: skip


class OwnDataOpening(QObject):
    """Asks for a file or folder, and takes those that are dropped on a window.

    Signals:
        chosen: Path of a file or folder.
        refused: Why what was dropped is not taken, for the status bar.

    Attributes:
        thread_: Reads what is looked at.

    Args:
        window: The window.
    """

    chosen = Signal(str)
    refused = Signal(str)

    def __init__(self, window: QWidget):
        super().__init__(window)
        self._window = window
        self.thread_ = ReadingThread(self)
        window.setAcceptDrops(True)
        self._actions = [
            make_action(self, "open_file", "Open a file as data", self.open_file, group="Dataset", key="Ctrl+O"),
            make_action(self, "open_folder", "Open a folder as data", self.open_folder, group="Dataset",
                        key="Ctrl+Shift+O"),
        ]  # fmt: skip

    def actions(self) -> list[QAction]:
        """Opening a file, and opening a folder."""
        return self._actions

    @Slot()
    def open_file(self) -> None:
        """Asks for a file."""
        path, _ = QFileDialog.getOpenFileName(self._window, "Open a file as data", "", _FILES)
        if path:
            self.chosen.emit(path)

    @Slot()
    def open_folder(self) -> None:
        """Asks for a folder."""
        path = QFileDialog.getExistingDirectory(self._window, "Open a folder of images or sounds as data")
        if path:
            self.chosen.emit(path)

    def enter(self, event: QDragEnterEvent) -> None:
        """Accepts files that are dragged over the window."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def drop(self, event: QDropEvent) -> None:
        """Takes one file or folder that is dropped on the window."""
        path = _path(event.mimeData())
        event.acceptProposedAction()
        if path:
            self.chosen.emit(path)
        else:
            self.refused.emit("Drop one file or one folder of this computer; several images are a folder of them")


def _path(data: QMimeData) -> str:
    """The file or folder that is dragged, or "" where it is none, or several."""
    urls = data.urls()
    return urls[0].toLocalFile() if len(urls) == 1 and urls[0].isLocalFile() else ""
