"""`slipway drift`: what changed outside the program since the last operation."""
