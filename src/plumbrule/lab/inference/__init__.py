"""How sure: intervals, gaps between groups, gaps after declared factors."""
