"""The one HTTP server of the sandbox: who may talk to it, and which service answers."""
