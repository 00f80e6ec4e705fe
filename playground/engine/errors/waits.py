"""A wait in words."""


def span(milliseconds: int) -> str:
    """Such as 20 s, 60 min, 3 h: rounded up, so that nobody comes back too early."""
    seconds = -(-milliseconds // 1000)
    if seconds < 120:
        return f"{seconds} s"
    minutes = -(-seconds // 60)
    return f"{minutes} min" if minutes < 120 else f"{-(-minutes // 60)} h"
