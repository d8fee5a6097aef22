"""The local AWS: one loopback HTTP server that emulates the services an ML platform uses."""
