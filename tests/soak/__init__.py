"""A soak: people talk, leave and return while servers, PostgreSQL and Redis are killed; then all is compared.

`services` are what can be killed, `faults` kills it, `screen` is what a viewer sees, `viewers` keep sockets,
`callers` talk, `judge` compares what was stored with what the LLM server sent and what viewers saw. One seed decides
what is done and how long it takes; what happens in between is up to the machine.
"""
