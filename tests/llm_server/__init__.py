"""An OpenAI-compatible server that behaves as real ones do, the bad ones too; the first part of a path says how.

``python -m tests.llm_server --port 0`` prints the port that it listens on. ``/ok/v1/chat/completions`` answers in the
bytes of OpenAI's own server; the other behaviours are the functions of `bodies`, `faults`, `refusals`, `stories` and
`streams`, a hyphen for each underscore. ``GET /_requests`` lists what was asked, ``GET /_said`` what stories answered,
``POST /_reset`` forgets it, ``GET /_ports`` names the ports of the servers that never get as far as HTTP.
"""
