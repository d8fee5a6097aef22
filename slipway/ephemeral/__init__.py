"""`slipway ephemeral`: test stacks of pull requests, which expire, clean up after themselves and prove it."""
