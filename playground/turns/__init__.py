"""A running turn: the conductor, the completion reader, the interrupt."""
