"""The turn engine, pure: no Django, no asyncio, no I/O, no clock, no randomness."""
