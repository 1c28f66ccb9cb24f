"""Cells that travel between sites, and the rule under which they may be published."""
