"""Tool calls: their arguments' schemas, and who answers them."""
