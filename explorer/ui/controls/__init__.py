"""Controls: widgets that edit values, labels and buttons."""

from explorer.ui.controls.action import group_of, join, make_action
from explorer.ui.controls.buttons import Button, IconButton
from explorer.ui.controls.closing import close_on_escape
from explorer.ui.controls.combo import Combo
from explorer.ui.controls.labels import ClauseLabel, ElidedLabel, Readout, restyle, text_label
from explorer.ui.controls.menu import menu
from explorer.ui.controls.param_form import ParamForm
from explorer.ui.controls.param_row import ParamRow
from explorer.ui.controls.scale import Scale, value_text
from explorer.ui.controls.section import Section
from explorer.ui.controls.segmented import Segmented
from explorer.ui.controls.slider import Slider
from explorer.ui.controls.switch import Switch
from explorer.ui.controls.tab_row import TabRow
from explorer.ui.controls.text_box import TextBox
from explorer.ui.controls.value_box import ValueBox

__all__ = [
    "Button",
    "ClauseLabel",
    "Combo",
    "ElidedLabel",
    "IconButton",
    "ParamForm",
    "ParamRow",
    "Readout",
    "Scale",
    "Section",
    "Segmented",
    "Slider",
    "Switch",
    "TabRow",
    "TextBox",
    "ValueBox",
    "close_on_escape",
    "group_of",
    "join",
    "make_action",
    "menu",
    "restyle",
    "text_label",
    "value_text",
]
