"""Tool calls: the schemas of their arguments, and the source of their results."""
