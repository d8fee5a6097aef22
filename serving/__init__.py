"""Runs inside the serving container: answers /ping and /invocations with the model in /opt/ml/model."""
