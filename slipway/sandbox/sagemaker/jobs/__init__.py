"""Training jobs that really run: a workspace, a process, its log, its metrics and its model."""
