"""The state of a stack: its resources as the checkpoint (deployment, version 3) keeps them, and how it is written."""
