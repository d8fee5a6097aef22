"""`slipway history`: what an endpoint served when, by git's history of its stack file and by its own events."""
