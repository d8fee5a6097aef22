"""What AWS does on its own and moto does not: it watches, and acts through the same API that everybody uses."""
