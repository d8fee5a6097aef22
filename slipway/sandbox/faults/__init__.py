"""What goes wrong on purpose: throttling, missing capacity, refusals, delays and answers that get lost."""
