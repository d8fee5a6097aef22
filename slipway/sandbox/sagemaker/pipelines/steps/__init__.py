"""What each type of step does, one file a type."""
