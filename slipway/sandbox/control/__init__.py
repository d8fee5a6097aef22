"""The sandbox as a process: up, down, status, logs, env, serve."""
