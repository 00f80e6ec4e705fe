"""Simulated speech: spoken text, voices, fillers, barge-in and their times."""
