"""The HTTP API for conversations and their turns."""
