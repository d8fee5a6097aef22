"""What a container is on this machine: a command, a workspace at /opt/ml, a process and its log."""
