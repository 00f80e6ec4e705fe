"""Backups: an archive of the data, a file of the keys, and the way back."""
