"""People, organisations, roles: who may do what. Nothing here is public but organisations."""
