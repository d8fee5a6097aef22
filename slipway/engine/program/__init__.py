"""The Python program: started as a process of its own, and served over gRPC."""
