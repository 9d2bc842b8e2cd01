"""What a person is asked to look at once the service runs: settings that travel with the bundle."""

from luodi.contracts import record


@record
class Review:
    """Which answers wait for a person."""

    share: float = 0.02
    """So many of all answers are drawn by chance, whatever the model thought: a precision is checked on these."""
    margin: float = 0.1
    """An answer waits too where the best label is ahead of the second by less than this."""
    second: float = 0.1
    """So many of the others are shown to a second person as well, who does not see what the first one said."""
    max_waiting: int = 2_000
    """At most so many wait; beyond them those leave that would teach least, never those drawn by chance."""
    worse: float = 0.05
    """By so much at most may a challenger be worse on what was known, with its whole one-sided interval."""
    per_account: float = 0.5
    """At most this share of a label's new rows, and of all, comes from one account that is no administrator's."""
    per_day: float = 0.005
    """In a day, such an account moves the share of a label among the training rows by this much at most."""
