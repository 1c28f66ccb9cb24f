"""Grading: plain questions lead to a suggested tier with the rules that fired; a person decides, with reasons, in public."""
