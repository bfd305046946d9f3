# The usual wait: everybody is on a call, others stand before, then somebody is free.

clock 2026-11-23 10:40 Europe/Berlin
options zone=Europe/Berlin
queue 6400 Support least_recent static=1001,1002,1003 ring=15 retry=5 wrap=20
extension 1001 name=Ann
extension 1002 name=Bob
extension 1003 name=Eve

at 0     call A from +4930111 to 6400
at 3     1001 answers
at 5     call B from +4930222 to 6400
at 8     1002 answers
at 10    call C from +4930333 to 6400
at 13    1003 answers
at 20    call D from +4930444 to 6400
at 30    call E from +4930555 to 6400
at 40    A hangs up
at 50    B hangs up
at 64    1001 answers
at 70    C hangs up
at 75    1002 answers
at 200   E hangs up
until 300

==== call 0-4
Call 0-4 from +4930555 to 6400, Mon 23 Nov 2026 (Europe/Berlin)
Waited 45 s: all 3 agents on duty were on calls and 1 caller stood before, until Bob
(1002) became free at 10:41:10; Bob (1002) answered after 5 s of ringing. They talked
for 2 min 5 s.
The caller hung up, and the call was over.

10:40:30  +4930555 called 6400.
          Joined the queue Support (6400): 1 caller stood before.
          None of its 3 agents could be rung:
          - on calls: Ann (1001), Bob (1002) and Eve (1003)
10:41:04  By 10:41:10: 1 caller who stood before got an agent (Ann (1001)).
10:41:10  Bob (1002) rings: the only agent who was free.
          - on calls: Ann (1001) and Eve (1003)
10:41:15  Bob (1002) answered after 5 s of ringing. The caller had waited 45 s.
10:43:20  The talk was over after 2 min 5 s. Outcome: answered.
          The caller hung up, and the call was over.
          Bob (1002) is in wrap-up, until 10:43:40.

==== call 0-0
Call 0-0 from +4930111 to 6400, Mon 23 Nov 2026 (Europe/Berlin)
Waited 3 s: Ann (1001) answered after 3 s of ringing. They talked for 37 s.
The caller hung up, and the call was over.

10:40:00  +4930111 called 6400.
          Joined the queue Support (6400): nobody stood before.
          Ann (1001) rings: least recent: never rung by this queue before (3 were free).
          - free too: Bob (1002) and Eve (1003)
10:40:03  Ann (1001) answered after 3 s of ringing. The caller had waited 3 s.
10:40:40  The talk was over after 37 s. Outcome: answered.
          The caller hung up, and the call was over.
          Ann (1001) is in wrap-up, until 10:41:00.
