"""The report of a demo run: one self-contained page, drawn from findings that others made."""
