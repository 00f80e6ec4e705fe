"""The wire, explained: every command and event with an example that the code itself wrote or read."""
