"""What the bucket of a backend and the key of a secrets provider have in common: their URLs, clients and refusals."""
