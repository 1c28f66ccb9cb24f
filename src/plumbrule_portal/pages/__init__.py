"""Home, search, feeds, the root of the API, and the pages that explain."""
