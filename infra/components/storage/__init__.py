"""Buckets, and the code packages kept in one of them."""
