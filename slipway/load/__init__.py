"""A constant load on an endpoint: so many requests a second whatever it does, every one of them written down."""
