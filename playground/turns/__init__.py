"""One turn while it runs: the conductor, the reader of the completion, the interrupt."""
