"""What carries an outgoing request: a guarded socket, or this app itself. Only `playground.outgoing` uses them."""
