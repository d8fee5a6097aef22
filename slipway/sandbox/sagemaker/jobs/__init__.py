"""Jobs that really run: training, processing and transform jobs, each a workspace, processes and their log."""
