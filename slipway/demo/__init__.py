"""`slipway demo`: the whole loop on real data, offline, each step checked."""
