"""The commands of `python -m diary`."""
