# An agent answers and can not be connected: the caller is back in the old place.

clock 2026-11-23 10:40 Europe/Berlin
options zone=Europe/Berlin
queue 6400 Support linear static=1001,1002 wrap=0
extension 1001 name=Ann
extension 1002 name=Bob

at 0     call A from +4930111 to 6400
at 3     1001 answers
at 4     A can not be bridged
at 8     1002 answers
at 20    A hangs up
until 300

==== call 0-0
Call 0-0 from +4930111 to 6400, Mon 23 Nov 2026 (Europe/Berlin)
Waited 8 s: Ann (1001) answered and could not be connected; Bob (1002) answered after 4
s of ringing. They talked for 12 s.
The caller hung up, and the call was over.

10:40:00  +4930111 called 6400.
          Joined the queue Support (6400): nobody stood before.
          Ann (1001) rings: linear: the first in the order (2 were free).
          - free too: Bob (1002)
10:40:03  Ann (1001) answered after 3 s of ringing. The caller had waited 3 s.
10:40:04  Ann (1001) could not be connected with the caller, who waits again in the old
          place.
          Bob (1002) rings: the only agent who was free.
          - resting after a failed ring: Ann (1001) until 10:40:09
10:40:08  Bob (1002) answered after 4 s of ringing. The caller had waited 8 s.
10:40:20  The talk was over after 12 s. Outcome: answered.
          The caller hung up, and the call was over.
