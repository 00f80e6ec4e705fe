"""Limits of a WebSocket's frames, which servers don't report to the application: the same for both servers."""

FRAMES = 100
FRAMES_WITHIN_S = 10.0
"""The most frames within this time: five times the message limit, for pings and fragments. Each is read on the event
loop.
"""
FLOOD_REASON = "Frames came faster than they are taken."
KERNEL_BYTES = 64 * 1024
"""How much sent data the kernel is asked to buffer; Linux doubles it. By default it would buffer megabytes: a ping
behind them reaches a slow reader too late for an answer in time, and slow reading goes unnoticed.
"""
PING_EVERY_S = 20
PING_TIMEOUT_S = 30
"""How long a socket may leave a ping unanswered."""
