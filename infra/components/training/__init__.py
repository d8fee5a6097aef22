"""What a training job needs to exist before it starts."""
