"""Serves a model of named features as training/ writes it: manifest.json and model.onnx."""
