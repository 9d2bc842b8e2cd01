"""What the user may say about watching, under `[deploy] watch`."""

from luodi.contracts import record


@record
class Watching:
    """How traffic is watched, and who is told."""

    window: int = 600
    """So many of the last requests count; older ones fade."""
    false_alarms_per_week: float = 0.02
    """How often chance alone may raise an alarm, over all numbers together."""
    max_failed: float = 0.02
    """Alarm when the model fails on a larger share of requests."""
    webhook: str = ""
    """Tell this address of alarms: https, or http on this machine."""
    mail_to: str = ""
    """Write alarms as e-mail to this address into the folder `mail`, for a program that sends."""
    max_slower: float = 2.0
    """Take a new release back when half of its answers take so many times as long as those of the one before."""
    max_more_failed: float = 0.01
    """Take a new release back when it surely fails on so much more of its requests."""
    max_more_handed_over: float = 0.1
    """Take a new release back when it surely hands over so much more of its answers."""
    rollback: bool = True
    """Take releases back by itself; otherwise only tell."""
