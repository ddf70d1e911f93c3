"""Opens runs: as a trained model with its data, or as a session that continues."""

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
) -> Session:
    """A session at step 0 with a new run.

    Args:
        setup: Page, data, config and training settings.
        folder: Folder of the run; None for a new one among the application's runs.
        keep: Whether the session writes a run.
        progress: Called during a download.
        record: Whether frames are recorded.

    Raises:
        BadInput: Data, device, folder or a run that the config names are not available.
    """
    placement = Placement(resolve(setup.device))
    parents = find_parents(setup)
    built = build_parents(parents, placement.device)
    setup = dataclasses.replace(setup, parents={name: parent.ref for name, parent in parents.items()})
    data = open_data(setup.data, progress)
    run = Run.create(setup, spec_of(data), data.digest, folder) if keep else None
    if run is not None:
        write_parents(run.parents, parents)
        write_content(run.own_data, data.content)
        note_copy(setup.data, run.own_data, data.content)
    return Session(setup, data, run=run, placement=placement, record=record, parents=built)


def resume_session(path: str | Path, *, device: str | None = None, progress: Progress | None = None) -> Session:
    """A session that continues from a run's last checkpoint, or from step 0 if the run has none yet.

    Args:
        path: The run's folder.
        device: Device to train on; None for that of the run.
        progress: Called during a download.

    Raises:
        RunError: The path is not a run, or the run is damaged or in use.
        BadInput: Data or device are not available.
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
