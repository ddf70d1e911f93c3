"""The engine: sessions, runs, evaluation and views, without a window."""

from explorer.engine.devices import Placement, available, describe, resolve
from explorer.engine.errors import BadInput, Diverged, ExplorerError, OutOfMemory, ProcessLost, RunError
from explorer.engine.host.session_views import SessionViews
from explorer.engine.loading import LoadedRun, load_run, new_session, open_data, resume_session
from explorer.engine.measure.evaluation import evaluate
from explorer.engine.runs.history import Curve, History
from explorer.engine.runs.run import Run
from explorer.engine.session.rounds import Phase
from explorer.engine.session.session import Session
from explorer.engine.setup import Setup
from explorer.engine.training import Training, training_class
from explorer.engine.views.requests import Reply, Request, RequestQueue
from explorer.engine.views.viewer import Viewer

__all__ = [
    "BadInput",
    "Curve",
    "Diverged",
    "ExplorerError",
    "History",
    "LoadedRun",
    "OutOfMemory",
    "Phase",
    "Placement",
    "ProcessLost",
    "Reply",
    "Request",
    "RequestQueue",
    "Run",
    "RunError",
    "Session",
    "SessionViews",
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
