"""Robustness: does a small change turn the decision?"""
