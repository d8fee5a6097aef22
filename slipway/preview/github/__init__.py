"""The comments of a review on a pull request, through GitHub's REST API."""
