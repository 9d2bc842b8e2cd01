"""A bundle behind HTTP: batches, limits, a token, and errors that say how to go on."""
