"""Outside data come in: one door, `table.open_table`, and a reader for each kind of file behind it."""
