"""The embedded engine: a subset of the `pulumi` command line, on the same state, protocols and exit codes."""
