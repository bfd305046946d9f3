# An agent does not answer, the queue pauses, the next one refuses, the third takes it.

clock 2026-11-23 10:40 Europe/Berlin
options zone=Europe/Berlin
queue 6400 Support linear static=1001,1002,1003 ring=15 retry=5 wrap=0
extension 1001 name=Ann
extension 1002 name=Bob
extension 1003 name=Eve

at 0     call A from +4930111 to 6400
at 23    1002 refuses
at 30    1003 answers
at 90    1003 hangs up
until 300

==== call 0-0
Call 0-0 from +4930111 to 6400, Mon 23 Nov 2026 (Europe/Berlin)
Waited 30 s: Ann (1001) did not answer for 15 s; Bob (1002) refused after 3 s; 10 s
passed between rings, as the queue is set; Eve (1003) answered after 2 s of ringing.
They talked for 1 min.
The agent's side hung up, and the call was over.

10:40:00  +4930111 called 6400.
          Joined the queue Support (6400): nobody stood before.
          Ann (1001) rings: linear: the first in the order (3 were free).
          - free too: Bob (1002) and Eve (1003)
10:40:15  Ann (1001) did not answer for 15 s: a missed call. Nobody else is rung until
          10:40:20.
10:40:20  Bob (1002) rings: linear: the first in the order, of the 2 of 3 free agents
          who were not rung in vain yet.
          - free too: Ann (1001) and Eve (1003)
10:40:23  Bob (1002) refused the call after 3 s. Nobody else is rung until 10:40:28.
10:40:28  Eve (1003) rings: the only one of 2 free agents who was not rung in vain yet.
          - free too: Ann (1001)
          - resting after a failed ring: Bob (1002) until 10:40:28
10:40:30  Eve (1003) answered after 2 s of ringing. The caller had waited 30 s.
10:41:30  The talk was over after 1 min. Outcome: answered.
          The agent's side hung up, and the call was over.
