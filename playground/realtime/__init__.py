"""Sockets: commands in, events out, to viewers in this process and in others."""
