"""Who may do what: IAM's policies decided as AWS documents it, and nothing of any one service's store."""
