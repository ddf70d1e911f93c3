"""Data on a device, and the instruments of datasets."""
