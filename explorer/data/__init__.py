"""Datasets: embedded, downloaded and drawn. Independent of the window and of the models."""

from explorer.data.cache import cache_dir
from explorer.data.catalogue import SOURCES, open_dataset, source
from explorer.data.dataset import Dataset, Split
from explorer.data.errors import DataError
from explorer.data.source import Progress, Source

__all__ = ["SOURCES", "DataError", "Dataset", "Progress", "Source", "Split", "cache_dir", "open_dataset", "source"]
