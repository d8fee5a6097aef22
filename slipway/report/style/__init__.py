"""The style sheet of the page, and who reads it."""
