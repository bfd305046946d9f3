# A caller is reserved for the agent whom he knows, who talks; another one in vain.

clock 2026-11-23 10:40 Europe/Berlin
options zone=Europe/Berlin
queue 6400 Support linear static=1001,1002 wrap=0 preferred=60
extension 1001 name=Ann
extension 1002 name=Bob
contact Bell +4930111 1001
contact Mason +4930222 1002

at 0     call A to 6400
at 2     1001 answers
at 5     call B from +4930111 to 6400
at 25    A hangs up
at 30    1001 answers
at 40    call C from +4930222 to 6400
at 50    1002 refuses
at 52    B hangs up
at 60    1001 answers
at 70    C hangs up
until 300

==== call 0-1
Call 0-1 from +4930111 to 6400, Mon 23 Nov 2026 (Europe/Berlin)
Waited 25 s: 20 s were spent on one agent whom the caller knows; Ann (1001) answered
after 5 s of ringing. They talked for 22 s.
The caller hung up, and the call was over.

10:40:05  +4930111 called 6400.
          Joined the queue Support (6400): nobody stood before.
          Free were Bob (1002); of the others:
          - on a call: Ann (1001)
          The caller is reserved for Ann (1001), until 10:41:05 at the latest.
10:40:25  Ann (1001) rings: the caller is reserved for this agent.
          - not to be rung for this call: Bob (1002)
10:40:30  Ann (1001) answered after 5 s of ringing. The caller had waited 25 s.
10:40:52  The talk was over after 22 s. Outcome: answered.
          The caller hung up, and the call was over.

==== call 0-2
Call 0-2 from +4930222 to 6400, Mon 23 Nov 2026 (Europe/Berlin)
Waited 20 s: Bob (1002) refused after 10 s; 5 s passed between rings, as the queue is
set; Ann (1001) answered after 5 s of ringing. They talked for 10 s.
The caller hung up, and the call was over.

10:40:40  +4930222 called 6400.
          Joined the queue Support (6400): nobody stood before.
          The caller is reserved for Bob (1002), until 10:41:40 at the latest.
          Bob (1002) rings: the caller is reserved for this agent.
          - not to be rung for this call: Ann (1001)
10:40:50  Bob (1002) refused the call after 10 s. Nobody else is rung until 10:40:55.
          Anybody may be rung from here on: Bob (1002) did not answer.
10:40:55  Ann (1001) rings: the only agent who was free.
          - resting after a failed ring: Bob (1002) until 10:40:55
10:41:00  Ann (1001) answered after 5 s of ringing. The caller had waited 20 s.
10:41:10  The talk was over after 10 s. Outcome: answered.
          The caller hung up, and the call was over.
