"""Tests that a plan asks for beyond its decisions, one file for each family: from its keys to observations.

Each `run` takes what was asked and a `Look`, reads the files that the plan names (beside the plan, never from an
address unless the plan gives one), and gives observations and the files by digest. They are exploratory: the profile
judges decisions and declared facts; a further test is shown, with its interval, and raises a question.
"""

from plumbrule.findings.further.look import Look, Ran
from plumbrule.findings.further.run import run_further

__all__ = ["Look", "Ran", "run_further"]
