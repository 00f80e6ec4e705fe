"""Durations in words."""


def span(milliseconds: int) -> str:
    """Return a duration such as 20 s, 60 min or 3 h: rounded up, so that nobody retries too early."""
    seconds = -(-milliseconds // 1000)
    if seconds < 120:
        return f"{seconds} s"
    minutes = -(-seconds // 60)
    return f"{minutes} min" if minutes < 120 else f"{-(-minutes // 60)} h"
