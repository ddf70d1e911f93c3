"""From a run folder back to a model, its data, or a session that goes on."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.data import Dataset, open_dataset
from explorer.engine.data.spec import spec_of
from explorer.engine.data.tensors import TensorData
from explorer.engine.devices import Placement, prepare_thread, resolve
from explorer.engine.errors import BadInput, RunError
from explorer.engine.parents import build_parents, find_parents
from explorer.engine.randomness import build_model
from explorer.engine.runs.checkpoint import Checkpoint
from explorer.engine.runs.parents import read_parents, write_parents
from explorer.engine.runs.run import Run
from explorer.engine.session.session import Session
from explorer.engine.session.state import from_checkpoint, load_weights
from explorer.engine.setup import Setup, model_page, split_values
from models.protocol import GenerativeModel

__all__ = ["LoadedRun", "load_run", "new_session", "open_data", "resume_session"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class LoadedRun:
    """A trained model and what it was trained on.

    Attributes:
        run: The run on disk.
        model: The model, averaged weights where there are some, in evaluation mode.
        config: The page's config.
        data: The dataset: `train`, `valid`, `test`, and for planar data `centers` and `std`.
        tensors: The same data as tensors on the model's device.
        step: Round of the weights.
        checkpoint: "last" or "best".
    """

    run: Run
    model: GenerativeModel
    config: Any
    data: Dataset
    tensors: TensorData
    step: int
    checkpoint: str


def open_data(name: str, progress: Progress | None = None) -> Dataset:
    """The dataset of a name, in the engine's errors.

    Raises:
        BadInput: It does not exist, cannot be reached, or is not what it should be.
    """
    try:
        return open_dataset(name, progress)
    except (ValueError, OSError) as error:
        raise BadInput(str(error)) from None


def _same_data(run: Run, progress: Progress | None) -> Dataset:
    data = open_data(run.setup.data, progress)
    if data.digest != run.config.get("data_digest") or data.kind != run.spec.kind:
        raise RunError(f"{run.setup.data} is not what {run.folder} was trained on; use the version of then")
    return data


def load_run(
    path: str | Path, *, checkpoint: str = "last", device: str = "cpu", progress: Progress | None = None
) -> LoadedRun:
    """A run as a model that can be used.

    Args:
        path: The run's folder.
        checkpoint: "last", or "best" by validation.
        device: Where the model is to be.
        progress: Told of a download.

    Raises:
        RunError: No run there, or a damaged one.
        BadInput: Its data cannot be had, or there is no such checkpoint.
    """
    prepare_thread()
    run = Run(Path(path))
    found: Checkpoint | None = run.best() if checkpoint == "best" else run.last()
    if found is None:
        raise BadInput(f"{run.folder} has no best checkpoint: its page declares no validation; use --checkpoint last")
    placement = resolve(device)
    data = _same_data(run, progress)
    page = model_page(run.setup.page)
    try:
        config, _ = split_values(page, found.state["config"])
    except KeyError:
        raise RunError(f"the checkpoint of step {found.step} lacks its config") from None
    model = build_model(page, config, run.spec, run.setup.seed).to(placement)
    tensors = TensorData(data, run.setup.seed, placement)
    if run.setup.parents:
        parents = read_parents(run.parents, run.setup.parents)
        model.inherit(tensors.whole(), build_parents(parents, placement))
    load_weights(model, found, averaged=True)
    return LoadedRun(run, model.eval(), config, data, tensors, found.step, checkpoint)


def new_session(
    setup: Setup,
    *,
    folder: Path | None = None,
    keep: bool = True,
    progress: Progress | None = None,
    record: bool = True,
) -> Session:
    """A session at step 0 with a run of its own.

    Args:
        setup: What is trained.
        folder: Where the run is kept; among the application's runs where None.
        keep: Whether there is a run at all.
        progress: Told of a download.
        record: Whether frames are recorded.

    Raises:
        BadInput: Data, device, folder or a run that the config names cannot be had.
    """
    placement = Placement(resolve(setup.device))
    parents = find_parents(setup)
    built = build_parents(parents, placement.device)
    setup = dataclasses.replace(setup, parents={name: parent.ref for name, parent in parents.items()})
    data = open_data(setup.data, progress)
    run = Run.create(setup, spec_of(data), data.digest, folder) if keep else None
    if run is not None:
        write_parents(run.parents, parents)
    return Session(setup, data, run=run, placement=placement, record=record, parents=built)


def resume_session(path: str | Path, *, device: str | None = None, progress: Progress | None = None) -> Session:
    """A session that goes on from a run's last checkpoint, or begins where a crash came before the first.

    Args:
        path: The run's folder.
        device: Where to go on; where it began, if None.
        progress: Told of a download.

    Raises:
        RunError: No run there, a damaged one, or one in use.
        BadInput: Data or device cannot be had.
    """
    run = Run(Path(path))
    checkpoint = run.last() if run.begun else None
    placement = Placement(resolve(device or run.setup.device))
    parents = build_parents(read_parents(run.parents, run.setup.parents), placement.device)
    session = Session(run.setup, _same_data(run, progress), run=run, placement=placement, parents=parents)
    try:
        if checkpoint is not None:
            session.load(from_checkpoint(checkpoint, type(session.model)))
    except BaseException:
        session.close()
        raise
    return session
