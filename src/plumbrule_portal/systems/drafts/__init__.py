"""Writing a record: drafts that only their organisation sees, section by section, until one is proposed."""
