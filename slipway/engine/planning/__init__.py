"""Deciding what to do: registrations and old state in, steps out. Nothing here does I/O.

Where a decision needs a provider's word, the planner yields a question and is sent the answer.
"""
