"""Runs inside the training container: reads the channels, writes a model and the manifest that describes it."""
