"""Transform jobs: a model's own serving containers, asked for every object below a prefix."""
