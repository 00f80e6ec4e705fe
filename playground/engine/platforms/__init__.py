"""The voice platforms' wire side: one module each, and their registry."""
