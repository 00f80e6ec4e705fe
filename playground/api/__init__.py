"""The HTTP API's part on conversations and their turns."""
