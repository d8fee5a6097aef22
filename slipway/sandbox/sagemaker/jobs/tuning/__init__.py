"""Hyperparameter tuning jobs: training jobs with values that are drawn, and the best of them."""
