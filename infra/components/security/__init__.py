"""Encryption and permissions."""
