"""The tool that a team uses and never edits: engine, sandbox, releases, demo."""
