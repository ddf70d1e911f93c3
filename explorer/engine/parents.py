"""Parents: the trained models that config fields name, loaded for `GenerativeModel.prepare`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import torch

from explorer.data import open_dataset
from explorer.engine.data.tensors import TensorData
from explorer.engine.errors import BadInput, RunError
from explorer.engine.files import runs_folder
from explorer.engine.randomness import build_model
from explorer.engine.runs.checkpoint import Checkpoint
from explorer.engine.runs.own_data import dataset_of, read_content
from explorer.engine.runs.parents import Parent, read_parents
from explorer.engine.runs.run import Run
from explorer.engine.runs.weights import load_weights
from explorer.engine.setup import ParentRef, Setup, model_page, split_values
from models.protocol import Data, DataBatch, GenerativeModel, params_of

__all__ = ["build_parents", "find_parents"]


def find_parents(setup: Setup) -> dict[str, Parent]:
    """The runs that a setup's config names, by field; with the last weights of each, averaged ones if it has any.

    Raises:
        BadInput: A field names no run, a run of another page, or a damaged one.
    """
    parents = {}
    for name, declared in params_of(type(setup.config)).items():
        value = str(getattr(setup.config, name))
        if not declared.run_of or not value:
            continue
        try:
            run = Run(_folder(value))
        except RunError:
            raise BadInput(f"{name} takes {declared.accepts}, and {value} is no run: give its folder or name") from None
        if run.setup.page not in declared.run_of:
            raise BadInput(f"{name} takes {declared.accepts}, and {value} is a run of {run.setup.page}")
        try:
            parents[name] = _parent(run)
        except RunError as error:
            raise BadInput(f"{name} cannot use {value}: {error}") from None
    return parents


def _folder(value: str) -> Path:
    """Folder of a run that is given by its path, or by its name in the folder of runs."""
    folder = Path(value).expanduser()
    return folder if os.path.isdir(folder) or folder.is_absolute() else runs_folder() / value


def _parent(run: Run) -> Parent:
    last = run.last()
    weights = last.part("averaged") or last.part("model")
    if "config" not in last.state or not weights:
        raise RunError(f"the checkpoint of step {last.step} lacks its config or its weights")
    state = {"stage": last.state.get("stage", 0), "config": last.state["config"]}
    checkpoint = Checkpoint(last.step, state, {f"model/{name}": tensor for name, tensor in weights.items()})
    return Parent(
        ParentRef(run.folder.name, last.step, checkpoint.digest),
        run.setup.page,
        state["config"],
        run.spec,
        run.setup.data,
        run.setup.seed,
        checkpoint,
        read_parents(run.parents, run.setup.parents),
        read_content(run.own_data),
    )


def build_parents(parents: Mapping[str, Parent], device: torch.device) -> dict[str, GenerativeModel]:
    """Models of parents, in eval mode and without gradients.

    Raises:
        RunError: Weights or config do not belong to the page.
    """
    return {name: _build(parent, device) for name, parent in parents.items()}


def _build(parent: Parent, device: torch.device) -> GenerativeModel:
    page = model_page(parent.page)
    try:
        config, _ = split_values(page, parent.config)
    except BadInput as error:
        raise RunError(f"the config of {parent.ref.run} cannot be used ({error})") from None
    model = build_model(page, config, parent.spec, parent.seed).to(device)
    if parent.parents:
        model.inherit(_lazy_data(parent, device), build_parents(parent.parents, device))
    load_weights(model, parent.checkpoint, averaged=False)
    return model.requires_grad_(False).eval()


def _lazy_data(parent: Parent, device: torch.device) -> Data:
    """The data of a parent, opened when its model asks for them."""

    def split(name: str, n: int | None) -> DataBatch:
        data = open_dataset(parent.data) if parent.content is None else dataset_of(parent.data, parent.content)
        return TensorData(data, parent.seed, device).batch(name, 0, n)

    return Data(parent.spec, split)
