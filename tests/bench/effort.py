"""How much is measured: all of it for a table, less to see in a minute whether a change goes the right way."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    paced_turns: tuple[int, ...] = (1, 50, 120, 200)
    """How many turns go on at once in each load."""
    paced_deltas: int = 250
    speed_turns: int = 50
    speed_deltas: int = 2_000
    starts: int = 200
    """Turns of one delta, one after the other."""
    starts_s: float = 2.0
    """How long 200 turns start in each second."""
    steady_turns: int = 60
    steady_deltas: int = 1_000
    conversations: int = 2_600
    """Held one after the other, before memory is looked at again."""
    slow_s: float = 15.0
    slow_deltas: int = 20_000
    lengths: tuple[int, ...] = (1, 100, 1_000)
    """Turns that a conversation has when another one begins."""
    many_personas: int = 2_000
    many_conversations: int = 10_000
    page_visits: int = 15
    cluster_conversations: int = 1_000
    idle_sockets: int = 2_000


FULL = Effort()
QUICK = Effort(
    paced_turns=(1, 50),
    paced_deltas=100,
    speed_deltas=500,
    starts=60,
    starts_s=1.0,
    steady_turns=30,
    steady_deltas=200,
    conversations=300,
    slow_s=13.0,
    slow_deltas=10_000,
    lengths=(1, 100),
    many_personas=200,
    many_conversations=1_000,
    page_visits=5,
    cluster_conversations=100,
    idle_sockets=200,
)
