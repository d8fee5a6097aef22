"""Runs inside the monitoring container: holds what an endpoint is asked and answers against its model's baseline."""
