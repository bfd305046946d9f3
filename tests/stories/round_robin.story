# Round robin, linear and random say what they went by; not answering goes before.

clock 2026-11-23 10:40 Europe/Berlin
options zone=Europe/Berlin
queue 6400 Support rrmemory static=1001,1002,1003 wrap=0 ring=10 retry=0
queue 6401 Sales random static=1004,1005,1006 wrap=0
extension 1001 name=Ann
extension 1002 name=Bob
extension 1003 name=Eve

at 0     call A from +4930111 to 6400
at 12    1002 answers
at 13    A hangs up
at 20    call B from +4930222 to 6401
at 25    B hangs up
until 300

==== call 0-0
Call 0-0 from +4930111 to 6400, Mon 23 Nov 2026 (Europe/Berlin)
Waited 12 s: Ann (1001) did not answer for 10 s; Bob (1002) answered after 2 s of
ringing. They talked for 1 s.
The caller hung up, and the call was over.

10:40:00  +4930111 called 6400.
          Joined the queue Support (6400): nobody stood before.
          Ann (1001) rings: round robin: the next in turn (3 were free).
          - free too: Bob (1002) and Eve (1003)
10:40:10  Ann (1001) did not answer for 10 s: a missed call.
          Bob (1002) rings: round robin: the next in turn, of the 2 of 3 free agents who
          were not rung in vain yet.
          - free too: Ann (1001) and Eve (1003)
10:40:12  Bob (1002) answered after 2 s of ringing. The caller had waited 12 s.
10:40:13  The talk was over after 1 s. Outcome: answered.
          The caller hung up, and the call was over.

==== call 0-1
Call 0-1 from +4930222 to 6401, Mon 23 Nov 2026 (Europe/Berlin)
Waited 5 s: 1006 was being rung for the last 5 s. Then the caller gave up.

10:40:20  +4930222 called 6401.
          Joined the queue Sales (6401): nobody stood before.
          1006 rings: random: drawn by lot (3 were free).
          - free too: 1004 and 1005
10:40:25  1006 stops ringing after 5 s: taken back.
          The caller gave up after 5 s in Sales. Outcome: abandoned.
          The caller hung up, and the call was over.
