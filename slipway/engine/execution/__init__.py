"""Doing what was planned: steps, in parallel where nothing forbids it, with the state written around each."""
