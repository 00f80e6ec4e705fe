"""Which process this is: turns are owned by a process, under a lease."""

import os
import secrets
import socket
from datetime import timedelta

PROCESS_ID = f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"

LEASE = timedelta(seconds=15)
"""How long a turn's owner may be silent before another process may close the turn."""
HEARTBEAT_S = 5
"""How often an owner renews its leases, and how often orphans are looked for."""
