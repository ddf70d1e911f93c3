"""Datasets: embedded, downloaded, drawn, and of the user's files. Independent of the window and of the models."""

from explorer.data.cache import cache_dir
from explorer.data.catalogue import SOURCES, open_dataset, source
from explorer.data.dataset import Content, Dataset, Split
from explorer.data.errors import DataError
from explorer.data.own_file import FileSource
from explorer.data.source import Progress, Source
from explorer.data.summary import Summary, summary_of

__all__ = [
    "SOURCES",
    "Content",
    "DataError",
    "Dataset",
    "FileSource",
    "Progress",
    "Source",
    "Split",
    "Summary",
    "cache_dir",
    "open_dataset",
    "source",
    "summary_of",
]
