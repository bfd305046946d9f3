# Skill levels: the better agent rings first; a less skilled one has to wait for his
# step. And a queue that is closed.

clock 2026-11-23 17:59 Europe/Berlin
options zone=Europe/Berlin
prompt Closed 4
hours Office weekdays=09:00-18:00
queue 6400 Support linear static=1001@1,1002@1,1003@5 wrap=0 skill_steps=0:2,30:5 hours=Office outside_hours=prompt:Closed
extension 1001 name=Ann
extension 1002 name=Bob
extension 1003 name=Eve
down 1002

at 0     call A to 6400
at 1     1001 answers
at 2     call B to 6400
at 32    time passes
at 35    1003 answers
at 60    A hangs up
at 61    1003 hangs up
at 62    call C to 6400
at 66    time passes
until 100

==== call 0-1
Call 0-1 from a withheld number to 6400, Mon 23 Nov 2026 (Europe/Berlin)
Waited 33 s: both agents on duty were taken (1 on a call and 1 not skilled enough for
this caller yet), until Eve (1003) could serve whoever has waited so long, at 17:59:32;
Eve (1003) answered after 3 s of ringing. They talked for 26 s.
The agent's side hung up, and the call was over.

17:59:02  Somebody whose number is withheld called 6400.
          Joined the queue Support (6400): nobody stood before.
          None of the 2 of its 3 agents on duty could be rung:
          - on a call: Ann (1001)
          - not reachable: Bob (1002)
          - not skilled enough for this caller yet: Eve (1003)
17:59:32  Eve (1003) rings: the only agent who was free.
          - on a call: Ann (1001)
          - not reachable: Bob (1002)
17:59:35  Eve (1003) answered after 3 s of ringing. The caller had waited 33 s.
18:00:01  The talk was over after 26 s. Outcome: answered.
          The agent's side hung up, and the call was over.

==== call 0-2
Call 0-2 from a withheld number to 6400, Mon 23 Nov 2026 (Europe/Berlin)
No queue was involved, and nobody answered.
The queue's failover is to hang up, and the call was over.

18:00:02  Somebody whose number is withheld called 6400.
          Support was closed: it was outside business hours.
          The caller hears the prompt Closed.
18:00:06  The queue's failover is to hang up, and the call was over.
