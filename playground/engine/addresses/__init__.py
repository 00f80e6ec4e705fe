"""Addresses of LLMs and tool endpoints: their syntax, and which are closed."""
