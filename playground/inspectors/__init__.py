"""Inspectors: addresses that record what an LLM's endpoint is sent, and answer as chosen."""
