"""Opens runs: as a trained model with its data, or as a session that continues."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from explorer.data import Dataset, open_dataset
from explorer.engine.auto_device import chosen_device
from explorer.engine.data.spec import spec_of
from explorer.engine.data.tensors import TensorData
from explorer.engine.devices import Placement, prepare_thread, resolve
from explorer.engine.errors import BadInput, RunError
from explorer.engine.parents import build_parents, find_parents
from explorer.engine.randomness import build_model
from explorer.engine.runs.checkpoint import Checkpoint
from explorer.engine.runs.own_data import dataset_of, note_copy, read_content, write_content
from explorer.engine.runs.parents import read_parents, write_parents
from explorer.engine.runs.run import Run
from explorer.engine.runs.weights import load_weights
from explorer.engine.session.session import Session
from explorer.engine.session.state import from_checkpoint
from explorer.engine.setup import Setup, model_page, split_values
from models.protocol import GenerativeModel

__all__ = ["LoadedRun", "load_run", "new_session", "open_data", "resume_session"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class LoadedRun:
    """A trained model and its data.

    Attributes:
        run: The run on disk.
        model: The model in evaluation mode, with averaged weights if the run has them.
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
    """Opens a dataset and translates its errors to the engine's.

    Raises:
        BadInput: The dataset does not exist, cannot be downloaded, or has other content than expected.
    """
    try:
        return open_dataset(name, progress)
    except (ValueError, OSError) as error:
        raise BadInput(str(error)) from None


def _same_data(run: Run, progress: Progress | None) -> Dataset:
    content = read_content(run.own_data)
    data = open_data(run.setup.data, progress) if content is None else dataset_of(run.setup.data, content)
    if data.digest != run.config.get("data_digest") or data.kind != run.spec.kind:
        raise RunError(f"{run.setup.data} differs from the data {run.folder} was trained on; restore that version")
    return data


def load_run(
    path: str | Path, *, checkpoint: str = "last", device: str = "cpu", progress: Progress | None = None
) -> LoadedRun:
    """Loads the trained model of a run.

    Args:
        path: The run's folder.
        checkpoint: "last", or "best" by validation.
        device: Device of the model.
        progress: Called during a download.

    Raises:
        RunError: The path is not a run, or the run is damaged.
        BadInput: Its data are not available, or it has no such checkpoint.
    """
    prepare_thread()
    run = Run(Path(path))
    found: Checkpoint | None = run.best() if checkpoint == "best" else run.last()
    if found is None:
        raise BadInput(
            f"{run.folder} has no best checkpoint: its page declares no validation, or the validation data cost ∞; "
            "use --checkpoint last"
        )
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
    placement: Placement | None = None,
) -> Session:
    """A session at step 0 with a new run.

    Args:
        setup: Page, data, config and training settings.
        folder: Folder of the run; None for a new one among the application's runs.
        keep: Whether the session writes a run.
        progress: Called during a download.
        record: Whether frames are recorded.
        placement: Device and rank; None for the setup's device. Each process has as many micro-batches as the setup
            says, and only that of rank 0 writes a run.

    Raises:
        BadInput: Data, device, folder or a run that the config names are not available.
    """
    notice = ""
    if placement is not None:
        setup = _shared(setup, placement)
    elif setup.device != "auto":
        resolve(setup.device)  # refused before the data are opened
    parents = find_parents(setup)
    setup = dataclasses.replace(setup, parents={name: parent.ref for name, parent in parents.items()})
    data = open_data(setup.data, progress)
    if placement is None:
        setup, notice = chosen_device(setup, spec_of(data))
        placement = Placement(resolve(setup.device))
    built = build_parents(parents, placement.device)
    run = Run.create(setup, spec_of(data), data.digest, folder) if keep and placement.rank == 0 else None
    if run is not None:
        write_parents(run.parents, parents)
        write_content(run.own_data, data.content)
        note_copy(setup.data, run.own_data, data.content)
    session = Session(setup, data, run=run, placement=placement, record=record, parents=built, stored_parents=parents)
    session.notice = notice
    return session


def _device_of(run: Run, checkpoint: Checkpoint | None) -> torch.device:
    """The device on which a run was trained last."""
    name = run.setup.device
    before = name if checkpoint is None else str(checkpoint.state.get("device", name))
    try:
        return resolve(name if name.split(":")[0] == before else before)
    except BadInput as error:
        raise BadInput(
            f"{run.folder} was trained on {before}, and {error}; to continue it on another device, name that one "
            "(--device cpu, or Device in the window): its numbers will then differ"
        ) from None


def _shared(setup: Setup, placement: Placement) -> Setup:
    """The setup of one process that trains as several do, each with the micro-batches of a setup."""
    page = model_page(setup.page)
    if page.batch_statistics:
        raise BadInput(
            f"{page.title} normalises by its batch, and each of {placement.world} processes would normalise by its own "
            "part; train it by one process"
        )
    parts = placement.world * setup.training.micro_batches
    if setup.training.batch % parts:
        raise BadInput(
            f"a batch of {setup.training.batch} cannot be divided among {placement.world} processes "
            f"with {setup.training.micro_batches} micro_batches each"
        )
    return dataclasses.replace(setup.with_values(micro_batches=parts), device=placement.device.type)


def resume_session(
    path: str | Path,
    *,
    device: str | None = None,
    progress: Progress | None = None,
    placement: Placement | None = None,
) -> Session:
    """A session that continues from a run's last checkpoint, or from step 0 if the run has none yet.

    Args:
        path: The run's folder.
        device: Device to train on; None or "auto" for that of the run. One that is named may be of another kind than
            that of the run, which then goes on with other numbers.
        progress: Called during a download.
        placement: Device and rank of one of several processes; None for one process alone.

    Raises:
        RunError: The path is not a run, or the run is damaged or in use.
        BadInput: Data or device are not available.
    """
    run = Run(Path(path))
    checkpoint = run.last() if run.begun else None
    named = device not in (None, "auto")
    if placement is None:
        placement = Placement(resolve(str(device)) if named else _device_of(run, checkpoint))
    stored = read_parents(run.parents, run.setup.parents)
    parents = build_parents(stored, placement.device)
    data = _same_data(run, progress)
    session = Session(run.setup, data, run=run, placement=placement, parents=parents, stored_parents=stored)
    try:
        if checkpoint is not None:
            session.load(from_checkpoint(checkpoint, type(session.model)), move=named)
    except BaseException:
        session.close()
        raise
    return session
