"""Tool results in a rehearsal: by hand, by a saved mock, by the persona's tool endpoint."""
