"""What a stack costs, and what it need not cost."""
