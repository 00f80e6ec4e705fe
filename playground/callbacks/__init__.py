"""Delivers what the outbox holds: when each callback is sent, how, and by which of the processes."""
