# The system goes down while one caller waits and another talks.

clock 2026-11-23 10:40 Europe/Berlin
options zone=Europe/Berlin
queue 6400 Support linear static=1001 wrap=30
extension 1001 name=Ann

at 0     call A from +4930111 to 6400
at 3     1001 answers
at 10    call B from +4930222 to 6400
at 60    restart alive until 50
until 300

==== call 0-0
Call 0-0 from +4930111 to 6400, Mon 23 Nov 2026 (Europe/Berlin)
Waited 3 s: Ann (1001) answered after 3 s of ringing. They talked for 47 s.
The system went down, which ended the call.

10:40:00  +4930111 called 6400.
          Joined the queue Support (6400): nobody stood before.
          Ann (1001) rings: the only agent who was free.
10:40:03  Ann (1001) answered after 3 s of ringing. The caller had waited 3 s.
10:40:50  The talk was over after 47 s. Outcome: answered.
          The system went down, which ended the call.
          Ann (1001) is in wrap-up, until 10:41:20.

==== call 0-1
Call 0-1 from +4930222 to 6400, Mon 23 Nov 2026 (Europe/Berlin)
Waited 40 s: the only agent on duty was on a call, and no agent became free for this
one. Then the system went down.

10:40:10  +4930222 called 6400.
          Joined the queue Support (6400): nobody stood before.
          Its only agent could not be rung:
          - on a call: Ann (1001)
10:40:50  The system went down while the caller was in Support. Outcome: missed.
          The system went down, which ended the call.
