"""Where model packages are registered."""
