"""What can go wrong in a turn: the closed list of codes, and how a server's errors are read and worded."""
