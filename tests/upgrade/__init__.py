"""What an upgrade has to keep: a database that an older version made, and the bytes that went out then.

`make_fixture` makes the database and the golden files, by the product's public ways alone; `test_upgrade` opens a copy
of the database with the present code and compares. Both go through commands, pages, the HTTP API and the socket, and
know no module of the product, so that the code behind them may move.
"""
