"""Endpoints, and the releases behind them."""
