"""Data set: who is in it, what is missing, copies and leakage, proxies, anonymity, identifiers, source."""
