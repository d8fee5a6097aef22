"""Components: one folder a concern, one ComponentResource a file, its pure helpers beside it."""
