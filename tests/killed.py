"""The command line with the fixture pages, saving so often that a kill meets it there: `python killed.py SECONDS …`."""

from __future__ import annotations

import sys

from pages import FIXTURES

import models
from explorer.cli import main
from explorer.engine.session import saver

if __name__ == "__main__":
    saver.AUTOSAVE = float(sys.argv[1])
    models.FAMILIES = (*models.FAMILIES, FIXTURES)
    sys.exit(main(sys.argv[2:]))
