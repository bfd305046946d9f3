# An agent of two queues is rung for the other one, whose caller has waited longer.

clock 2026-11-23 10:40 Europe/Berlin
options zone=Europe/Berlin
queue 6400 Support linear static=1001 wrap=0
queue 6401 Sales linear static=1001 wrap=0
extension 1001 name=Ann

at 0     call A from +4930111 to 6401
at 2     1001 answers
at 10    call B from +4930222 to 6401
at 20    call C from +4930333 to 6400
at 60    A hangs up
at 63    1001 answers
at 90    B hangs up
at 95    1001 answers
at 99    C hangs up
until 300

==== call 0-2
Call 0-2 from +4930333 to 6400, Mon 23 Nov 2026 (Europe/Berlin)
Waited 1 min 15 s: the only agent on duty was on a call, until Ann (1001) became free at
10:41:30; Ann (1001) answered after 5 s of ringing. They talked for 4 s.
The caller hung up, and the call was over.

10:40:20  +4930333 called 6400.
          Joined the queue Support (6400): nobody stood before.
          Its only agent could not be rung:
          - on a call: Ann (1001)
10:41:00  By 10:41:30: agents of this queue were rung once for callers of Sales.
10:41:30  Ann (1001) rings: the only agent who was free.
10:41:35  Ann (1001) answered after 5 s of ringing. The caller had waited 1 min 15 s.
10:41:39  The talk was over after 4 s. Outcome: answered.
          The caller hung up, and the call was over.
