"""Training jobs: channels and hyperparameters in, a model, metrics and checkpoints out."""
