"""Data on a device, and the instruments that come with them."""
