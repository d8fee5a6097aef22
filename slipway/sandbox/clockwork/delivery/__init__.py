"""What EventBridge and its scheduler send, brought to its targets."""
