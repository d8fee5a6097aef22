"""What a stack has on AWS, from AWS's own list calls: one table a concern, each row a kind of thing."""
