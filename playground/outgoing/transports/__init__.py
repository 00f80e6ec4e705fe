"""What carries an outgoing request: a guarded socket, or this app itself. Used by `playground.outgoing` alone."""
