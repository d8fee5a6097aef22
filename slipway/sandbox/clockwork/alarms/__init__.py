"""CloudWatch alarms: from metrics to a state, from a state to what is told about it."""
