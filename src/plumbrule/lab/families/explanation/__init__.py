"""Explanation: what a decision rests on, and what would have had to be otherwise."""
