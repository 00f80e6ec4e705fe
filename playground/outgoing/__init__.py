"""Outgoing HTTP: the one factory of clients, the guard, the completion."""
