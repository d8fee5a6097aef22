"""Who did what to the lake, kept where it cannot be changed unnoticed."""
