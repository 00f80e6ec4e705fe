"""Rows of conversations and turns: loaded into frozen values, edited, and written while turns run."""
