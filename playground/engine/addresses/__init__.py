"""Addresses of LLMs and tool endpoints: how they are written, and which are closed."""
