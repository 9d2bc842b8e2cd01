"""The catalogue: one file, one type of scenario."""
