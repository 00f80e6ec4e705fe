"""Attacks by one person on the served site: while each runs, /health/ answers everyone else within 250 ms.

The longest wait for /health/ in ms, gross (by the clock) and net (without the time in which the server had no
processor, see `attacking`), in the first build and with the bounds. One run each on two cores that others used as well,
so the gross figures are high on both sides: a load of 6 to 9 before, of 3 to 5 after (8 with conversations and turns).

| attack | gross before | net before | gross after | net after |
|---|---|---|---|---|
| a flood of empty pings on 6 sockets | 14,202 | 6,243 | 134 | * |
| of empty fragments | 16,430 | 2,545 | 153 | * |
| of empty messages | 17,487 | 7,173 | 124 | 37 |
| three documents of 1 MiB of `[` | 3,322 | 2,242 | 318 | 146 |
| of `#` | 3,770 | 1,554 | 90 | 56 |
| of `,` | 2,064 | 817 | 134 | 59 |
| of a back quote | 2,163 | 1,299 | 107 | 38 |
| of `[,` | 2,184 | 1,044 | 86 | 53 |
| of `{......` | 518 | 132 | 105 | 46 |
| three personas with 1 MiB of `1,` | 3,842 | 1,428 | 80 | 50 |
| of `[],` | 3,736 | 1,778 | 71 | 41 |
| three patches with 1 MiB of `1,` | 5,294 | 4,122 | 86 | 46 |
| of `[],` | 8,556 | 5,680 | 103 | * |
| three personas with as many values as are taken | 2,428 | 793 | 197 | 136 |
| three conversations with 1 MiB of `[],` | 1,671 | 1,216 | 75 | 48 |
| three turns with 1 MiB of `[],` | 5,091 | 2,392 | 328 | 126 |
| odd requests and sockets, 8 at once | 15,556 | 12,786 | 165 | 156 |

* No more than at rest, which took over 50 ms then. Conversations and turns: just before their values were counted.
The tests of other attacks tell their own figures.
"""
