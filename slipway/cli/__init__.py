"""The `slipway` command: parses, calls, prints; no logic."""
