"""The network that containers run in, without a way to the internet."""
