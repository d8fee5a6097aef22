"""Who previews and deploys the stack, from where, and what that may touch."""
