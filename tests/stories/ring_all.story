# Ring all: everybody rings, one joins late, one answers, the others are told so.

clock 2026-11-23 10:40 Europe/Berlin
options zone=Europe/Berlin
queue 6400 Support ring_all static=1001,1002,1003,1004 wrap=0
extension 1001 name=Ann
extension 1002 name=Bob
extension 1003 name=Eve
extension 1004 name=Joe
down 1004

at 0     call A from +4930111 to 6400
at 4     1004 up
at 6     1002 answers
at 20    1002 hangs up
until 300

==== call 0-0
Call 0-0 from +4930111 to 6400, Mon 23 Nov 2026 (Europe/Berlin)
Waited 6 s: Bob (1002) answered after 6 s of ringing. They talked for 14 s.
The agent's side hung up, and the call was over.

10:40:00  +4930111 called 6400.
          Joined the queue Support (6400): nobody stood before.
          Ann (1001), Bob (1002) and Eve (1003) ring: ring all: everybody who was free,
          3 agents.
          - not reachable: Joe (1004)
10:40:04  The telephone of Joe (1004) could be rung again.
          Joe (1004) became free and rings too.
10:40:06  Bob (1002) answered after 6 s of ringing. The caller had waited 6 s.
          Joe (1004) stops ringing: somebody else answered.
          Eve (1003) and Ann (1001) stop ringing: somebody else answered.
10:40:20  The talk was over after 14 s. Outcome: answered.
          The agent's side hung up, and the call was over.
