"""Provider plugins: their processes, the calls to them, and which process serves which provider resource."""
