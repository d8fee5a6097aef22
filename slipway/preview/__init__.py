"""`slipway preview`: what an engine says it would do, ranked and priced for the people who review it."""
