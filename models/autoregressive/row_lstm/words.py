from models.autoregressive.pixels.views import SCENES, VIEWS
ABOUT, LOOK_AT, PRESETS, TRY_NEXT = "", "", (), ()
