"""A review as Markdown for a pull request, in pages that GitHub takes."""
