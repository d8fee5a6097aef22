"""What happens at a time: scheduled rules of EventBridge, and the schedules of EventBridge Scheduler."""
