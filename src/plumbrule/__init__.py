"""Plumbrule (准绳): a rule on one side, facts on the other, and a finding where they meet.

The rooms, from the ground up: `base`, `rulebook` | `lab` | `evidence`, `findings`, `report`, `pipeline`, `cli`.
Importing this package loads none of them.
"""

__version__ = "0.1.0"
