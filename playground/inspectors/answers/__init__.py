"""An inspector's answers: canned ones, faults, the demo LLM's, and those of a server that requests are passed on to."""
