"""Attacks by one person on the served site: while each runs, /health/ answers everyone else within 250 ms.

The longest wait for /health/ in ms by the clock, in the first build (one run on two cores that others used as well, a
load of 6 to 9; net of the time in which the server had no processor, see `attacking`, in brackets), and with the bounds
(the longest of three runs on a quiet machine).

| attack | before | after |
|---|---|---|
| a form of 48 MiB | 15,018 | 10 |
| a body in chunks of a byte | 1,194 | 90 |
| 300 uploads of 900 KB that don't end | 566 (349) | 246 |
| a flood of empty pings on 6 sockets | 14,202 (6,243) | 65 |
| of empty fragments | 16,430 (2,545) | 40 |
| of empty messages | 17,487 (7,173) | 47 |
| three documents of 1 MiB of `[` | 3,322 (2,242) | 42 |
| of `#` | 3,770 (1,554) | 35 |
| of `,` | 2,064 (817) | 45 |
| of a back quote | 2,163 (1,299) | 37 |
| of `[,` | 2,184 (1,044) | 48 |
| of `{......` | 518 (132) | 38 |
| three personas with 1 MiB of `1,` | 3,842 (1,428) | 43 |
| of `[],` | 3,736 (1,778) | 28 |
| three patches with 1 MiB of `1,` | 5,294 (4,122) | 33 |
| of `[],` | 8,556 (5,680) | 32 |
| three personas with as many values as are taken | 2,428 (793) | 35 |
| three conversations with 1 MiB of `[],` | 1,671 (1,216) | 42 |
| three turns with 1 MiB of `[],` | 5,091 (2,392) | 127 |
| odd requests and sockets, 8 at once | 15,556 (12,786) | 115 |
| 500 connections at once, three times | 1,055 | 99 |
| 3,000 connections with half a request, closed at once | nobody else was served | 192 |
| 150 turns of one key | 17,900 | 212 |
| 200 sockets of one key, 18 messages each | others' snapshots 6 to 8 s | 228 |
| 20 sockets with 18 resumes each | refused by the first build, not measured | 66 |
| five tabs with 1,000 turns | not measured | 76 |
| results nested 300 deep | seats lost, the run hung | 55 |

Conversations and turns with `[],`: just before their values were counted. 500 connections: just before the kernel was
asked to keep more of them. 3,000: just before they were counted, with 1,024 open files; the longest of twelve runs
after. Uploads: just before they began neither a file nor a thread. These two: two runs after.
"""
