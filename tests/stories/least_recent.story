# Least recent: who was rung longest ago, and who never was comes first.

clock 2026-11-23 10:40 Europe/Berlin
options zone=Europe/Berlin
queue 6400 Support least_recent static=1001,1002 wrap=0
extension 1001 name=Ann
extension 1002 name=Bob

at 0     call A to 6400
at 1     1001 answers
at 2     A hangs up
at 10    call B to 6400
at 11    1002 answers
at 12    B hangs up
at 750   call C to 6400
at 751   1001 answers
at 790   C hangs up
until 1000

==== call 0-1
Call 0-1 from a withheld number to 6400, Mon 23 Nov 2026 (Europe/Berlin)
Waited 1 s: Bob (1002) answered after 1 s of ringing. They talked for 1 s.
The caller hung up, and the call was over.

10:40:10  Somebody whose number is withheld called 6400.
          Joined the queue Support (6400): nobody stood before.
          Bob (1002) rings: least recent: never rung by this queue before (2 were free).
          - free too: Ann (1001)
10:40:11  Bob (1002) answered after 1 s of ringing. The caller had waited 1 s.
10:40:12  The talk was over after 1 s. Outcome: answered.
          The caller hung up, and the call was over.

==== call 0-2
Call 0-2 from a withheld number to 6400, Mon 23 Nov 2026 (Europe/Berlin)
Waited 1 s: Ann (1001) answered after 1 s of ringing. They talked for 39 s.
The caller hung up, and the call was over.

10:52:30  Somebody whose number is withheld called 6400.
          Joined the queue Support (6400): nobody stood before.
          Ann (1001) rings: least recent: rung longest ago, 12 min 30 s before (2 were
          free).
          - free too: Bob (1002)
10:52:31  Ann (1001) answered after 1 s of ringing. The caller had waited 1 s.
10:53:10  The talk was over after 39 s. Outcome: answered.
          The caller hung up, and the call was over.
