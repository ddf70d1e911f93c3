"""Parents of a run: trained models that its config names, copied into the run's folder so that the run stays whole.

Each is two files, `parents/<field>.safetensors` and `parents/<field>.json`; parents of a parent lie likewise in
`parents/<field>/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from explorer.data import Content
from explorer.engine.errors import RunError, WriteError
from explorer.engine.files import read_json, write_json
from explorer.engine.runs.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from explorer.engine.runs.own_data import read_content, write_content
from explorer.engine.setup import ParentRef
from models.protocol import DataSpec

__all__ = ["Parent", "read_parents", "write_parents"]


@dataclass(frozen=True)
class Parent:
    """A trained model as another run needs it.

    Attributes:
        ref: Run, step and digest.
        page: Name of its page.
        config: Its config as plain JSON.
        spec: What it was built for.
        data: Its dataset, as the command line takes it.
        seed: Of its run.
        checkpoint: Its weights; averaged ones if it has any.
        parents: Its own parents by field.
        content: The file of the user from which its data were made, or None.
    """

    ref: ParentRef
    page: str
    config: Mapping[str, Any]
    spec: DataSpec
    data: str
    seed: int
    checkpoint: Checkpoint
    parents: Mapping[str, Parent] = field(default_factory=dict)
    content: Content | None = None


def write_parents(folder: Path, parents: Mapping[str, Parent]) -> None:
    """Writes parents and their parents into a folder.

    Raises:
        WriteError: The folder cannot be written to.
    """
    for name, parent in parents.items():
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise WriteError(f"{folder} cannot be made ({error.strerror})") from error
        write_checkpoint(folder / f"{name}.safetensors", parent.checkpoint)
        about = {
            **parent.ref.to_json(),
            "page": parent.page,
            "config": dict(parent.config),
            "spec": parent.spec.to_json(),
            "data": parent.data,
            "seed": parent.seed,
            "parents": {key: other.ref.to_json() for key, other in parent.parents.items()},
        }
        write_json(folder / f"{name}.json", about)
        write_content(folder / f"{name}.data.safetensors", parent.content)
        write_parents(folder / name, parent.parents)


def read_parents(folder: Path, refs: Mapping[str, ParentRef]) -> dict[str, Parent]:
    """Reads the parents that a run names.

    Args:
        folder: Where `write_parents` wrote them.
        refs: What the run says of each, by field.

    Raises:
        RunError: One is missing, damaged, or another one than the run names.
    """
    parents = {}
    for name, ref in refs.items():
        about = read_json(folder / f"{name}.json")
        checkpoint = read_checkpoint(folder / f"{name}.safetensors")
        if checkpoint.digest != ref.digest:
            raise RunError(f"{folder / name}.safetensors is not the model that this run was trained with")
        try:
            others = {key: ParentRef.from_json(stored) for key, stored in about["parents"].items()}
            parents[name] = Parent(
                ref,
                str(about["page"]),
                dict(about["config"]),
                DataSpec.from_json(about["spec"]),
                str(about["data"]),
                int(about["seed"]),
                checkpoint,
                read_parents(folder / name, others),
                read_content(folder / f"{name}.data.safetensors"),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise RunError(f"{folder / name}.json is damaged ({error})") from None
    return parents
