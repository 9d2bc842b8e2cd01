"""Reading, de-duplicating, splitting and describing the user's tables."""
