"""The charts: one a file, each a section of the page."""
