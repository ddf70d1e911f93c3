"""The engine: sessions, runs, evaluation and views, without a window."""

from explorer.engine.devices import available, describe, resolve
from explorer.engine.errors import BadInput, Diverged, ExplorerError, OutOfMemory, RunError
from explorer.engine.evaluation import evaluate
from explorer.engine.history import Curve, History
from explorer.engine.loading import LoadedRun, load_run, new_session, open_data, resume_session
from explorer.engine.round import Phase
from explorer.engine.run import Run
from explorer.engine.session import Session
from explorer.engine.setup import Setup
from explorer.engine.training import Training, training_class
from explorer.engine.viewer import Reply, Request, Requests, Viewer

__all__ = [
    "BadInput",
    "Curve",
    "Diverged",
    "ExplorerError",
    "History",
    "LoadedRun",
    "OutOfMemory",
    "Phase",
    "Reply",
    "Request",
    "Requests",
    "Run",
    "RunError",
    "Session",
    "Setup",
    "Training",
    "Viewer",
    "available",
    "describe",
    "evaluate",
    "load_run",
    "new_session",
    "open_data",
    "resolve",
    "resume_session",
    "training_class",
]
