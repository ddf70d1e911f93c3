"""Own data in the window: how a file or folder is brought, and the dialog that shows it before it is used."""

from explorer.ui.own_data.dialog import OwnDataDialog
from explorer.ui.own_data.opening import OwnDataOpening

__all__ = ["OwnDataDialog", "OwnDataOpening"]
