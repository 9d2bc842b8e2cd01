"""What batches cost, learned from those that were computed: so much each, and so much for each byte in them.

A network on two cores is paid by the byte, and texts of like length are all that helps; a model on another machine is
paid by the batch, and the more texts share one the better. Nobody has to say which of them this is.
"""

LEARNING = 0.2  # how much the newest batch counts in the mean
KEEPING = 0.98  # how much of what was known stays at each batch: some 50 of them count
PRIOR_BYTES = 400.0  # before anything is known, a batch costs as much by itself as so many bytes of text
PRIOR_BATCHES = 1.0  # and that counts as much as so many batches


class Pace:
    """The seconds that a batch takes, as `fixed + per_byte * bytes`, by a regression that forgets.

    >>> pace = Pace()
    >>> for n_bytes in (100, 400, 1600) * 50:
    ...     pace.learn(n_bytes, 0.001 + 0.00001 * n_bytes)
    >>> round(pace.seconds(1000), 4)
    0.011
    """

    def __init__(self) -> None:
        self.mean_seconds = 0.0
        self.fixed, self.per_byte = PRIOR_BYTES * 1e-9, 1e-9  # only their ratio counts, until the first batch
        self._n = self._x = self._y = self._xx = self._xy = 0.0

    def learn(self, n_bytes: int, seconds: float) -> None:
        """Take in that a batch of so many bytes, padding included, took so long."""
        self.mean_seconds += (LEARNING if self.mean_seconds else 1.0) * (seconds - self.mean_seconds)
        self._n = KEEPING * self._n + 1
        self._x = KEEPING * self._x + n_bytes
        self._y = KEEPING * self._y + seconds
        self._xx = KEEPING * self._xx + n_bytes * n_bytes
        self._xy = KEEPING * self._xy + n_bytes * seconds
        self._solve()

    def seconds(self, n_bytes: float) -> float:
        """Return how long a batch of so many bytes takes."""
        return self.fixed + self.per_byte * n_bytes

    def _solve(self) -> None:
        # Least squares with one more term, PRIOR_BATCHES * (fixed - PRIOR_BYTES * per_byte)^2: batches that are all
        # of one size say nothing about what a batch costs by itself.
        n, x = self._n + PRIOR_BATCHES, self._x - PRIOR_BATCHES * PRIOR_BYTES
        xx = self._xx + PRIOR_BATCHES * PRIOR_BYTES**2
        determinant = n * xx - x * x
        fixed = (xx * self._y - x * self._xy) / determinant
        per_byte = (n * self._xy - x * self._y) / determinant
        if per_byte < 0:
            fixed, per_byte = self._y / self._n, 0.0
        elif fixed < 0:
            fixed, per_byte = 0.0, self._xy / self._xx
        self.fixed, self.per_byte = fixed, per_byte
