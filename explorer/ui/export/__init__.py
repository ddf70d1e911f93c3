"""Exporting a figure: dialog, form, preview."""
