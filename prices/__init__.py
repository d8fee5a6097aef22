"""Dated list prices of what the platform declares, and the one reader and estimate over them; it imports nothing."""
