"""Application Auto Scaling's policies: from a metric to an instance count."""
