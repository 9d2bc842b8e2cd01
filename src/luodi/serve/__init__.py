"""A bundle behind HTTP: batches, limits, a token, and errors that say how to go on."""

import os

# The search for names multiplies matrices so small that a second thread of OpenBLAS only spins: 75 ms a text, not 7.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
