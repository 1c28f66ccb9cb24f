"""The ledger: what this node has published. Every public fact is an entry of its log before it is a row in a table."""
