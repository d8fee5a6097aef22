"""What a stack file pins, and what an endpoint serves of it: shared by release, rollback, verdict and history."""
