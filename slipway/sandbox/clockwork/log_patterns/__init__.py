"""The pattern language of CloudWatch Logs' metric filters."""
