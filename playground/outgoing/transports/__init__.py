"""The transports of outgoing requests: guarded sockets, and this app itself. Only for `playground.outgoing`."""
