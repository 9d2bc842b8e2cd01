"""From requests to a better model: what a person should look at, what was decided, and who must beat whom."""
