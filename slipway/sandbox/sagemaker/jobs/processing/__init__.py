"""Processing jobs: objects of S3 in, a process of any kind, files of its own back to S3."""
