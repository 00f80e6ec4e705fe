"""The pages of inspectors: what an endpoint is sent, and how it answers."""
