"""Endpoints that really serve: models, configurations, fleets of processes, blue/green updates, invocations."""
