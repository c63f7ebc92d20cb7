"""Keeps pytest from importing the peer that runs in an environment of its own."""

collect_ignore = ["gidgethub_app.py"]
