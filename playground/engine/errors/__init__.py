"""Errors of a turn: the closed list of codes, and the reading and wording of a server's errors."""
