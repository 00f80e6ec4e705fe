"""An answer's text, cut into sentences while it arrives."""
