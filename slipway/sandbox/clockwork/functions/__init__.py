"""Lambda functions, run as local processes of Python."""
