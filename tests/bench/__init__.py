"""The bench: what a relayed delta, a turn and a conversation cost, against a relay that does nothing else.

`python -m tests.bench` (or `make bench`) measures; nothing here is part of the test suite but `tests/test_bench.py`.
"""
