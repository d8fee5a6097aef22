"""`slipway release`: pins an approved model package in a stack file, so that a rollout is a diff that people review."""
