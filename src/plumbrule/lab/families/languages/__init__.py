"""Languages: the same items in several languages, compared item by item."""
