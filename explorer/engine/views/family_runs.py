"""The trained models of the other pages of a family, for views that compare them."""

from __future__ import annotations

import functools
import threading
from pathlib import Path

import torch

import models
from explorer.engine.devices import prepare_thread
from explorer.engine.errors import ExplorerError
from explorer.engine.files import runs_folder
from explorer.engine.randomness import build_model
from explorer.engine.runs.listing import runs_of_pages
from explorer.engine.runs.run import Run
from explorer.engine.runs.weights import load_weights
from explorer.engine.setup import model_page, split_values
from models.protocol import DataSpec, FamilyRuns, GenerativeModel, Page, TrainedModel

__all__ = ["family_runs"]

_HELD = 8  # models in memory
_lock = threading.Lock()


def family_runs(page: type[Page], spec: DataSpec | None, device: torch.device) -> FamilyRuns:
    """The newest readable run of each other page of a page's family, trained on data of the same description.

    Args:
        page: The page that asks.
        spec: Its data.
        device: Device of the models.
    """
    family = next((each for each in models.FAMILIES if page in each.pages.values()), None)
    if family is None or spec is None:
        return FamilyRuns()
    others = {name for name, found in family.pages.items() if found is not page}
    newest: dict[str, TrainedModel] = {}
    for place in runs_of_pages(runs_folder(), others):
        if others <= newest.keys():
            break
        try:
            run = Run(place)
            checkpoint = run.newest_checkpoint()
        except (ExplorerError, OSError, KeyError, TypeError, ValueError):
            continue
        name = run.setup.page
        if name not in newest and checkpoint is not None and _is_comparable(run, spec, checkpoint[1]):
            path, step = checkpoint
            load = functools.partial(_load, place, path.stat().st_mtime_ns, device)
            newest[name] = TrainedModel(model_page(name).title, place.name, step, load)
    return FamilyRuns(tuple(newest[name] for name in family.pages if name in newest))


def _is_comparable(run: Run, spec: DataSpec, step: int) -> bool:
    """Whether a run was trained on such data, or fitted to them, without the models of other runs."""
    trained = step > 0 or bool(model_page(run.setup.page).fitted(run.setup.config))
    return trained and run.spec == spec and not run.setup.parents


@functools.lru_cache(maxsize=_HELD)
def _read(folder: Path, _changed: int, device: torch.device) -> GenerativeModel:
    run = Run(folder)
    found = run.last()
    page = model_page(run.setup.page)
    config, _ = split_values(page, found.state["config"])
    model = build_model(page, config, run.spec, run.setup.seed).to(device)
    load_weights(model, found, averaged=True)
    return model.eval().requires_grad_(False)


def _load(folder: Path, changed: int, device: torch.device) -> GenerativeModel:
    prepare_thread()
    with _lock:
        try:
            return _read(folder, changed, device)
        except (ExplorerError, OSError, KeyError) as error:
            raise ValueError(f"{folder.name} cannot be read ({error})") from None
