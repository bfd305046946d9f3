# How the queues stood: callers in their order, agents and since when.

clock 2026-11-23 10:40 Europe/Berlin
options zone=Europe/Berlin reasons=Lunch,Break
queue 6400 Support least_recent static=1001,1002,1003,1004,1005 dynamic=1006 ring=15 retry=5 wrap=60
queue 6401 Sales linear static=1002
extension 1001 name=Ann
extension 1002 name=Bob
extension 1003 name=Eve
extension 1004 name=Joe
extension 1005 name=Kim
extension 1006 name=Lea

at 5     1003 pauses in 6400 for Lunch
at 6     1005 down
at 10    call A from +4930111 to 6400
at 12    1001 answers
at 20    call B from +4930222 to 6400
at 22    1002 answers
at 35    call C from +4930333 to 6400
at 45    A hangs up
at 46    1004 refuses
at 47    call D from +4930444 to 6400
at 48    call E to 6401
until 300

==== at 0
At 10:40:00 on Mon 23 Nov 2026 (Europe/Berlin)

Support (6400): nobody waits, 0 conversations, 5 of 6 agents on duty, 5 free.
  Ann (1001): free
  Bob (1002): free
  Eve (1003): free
  Joe (1004): free
  Kim (1005): free
  Lea (1006): not logged in

Sales (6401): nobody waits, 0 conversations, 1 of 1 agents on duty, 1 free.
  Bob (1002): free

==== at 49
At 10:40:49 on Mon 23 Nov 2026 (Europe/Berlin)

Support (6400): 2 callers wait, 1 conversation, 4 of 6 agents on duty, 0 free.
    1. +4930333 (call 0-2), for 14 s; nobody new is rung until 10:40:51
    2. +4930444 (call 0-3), for 2 s
  Ann (1001): in wrap-up for 4 s, until 10:41:45
  Bob (1002): on call 0-1 for 27 s
  Eve (1003): on a pause (Lunch) for 44 s
  Joe (1004): resting after a failed ring for 3 s, until 10:40:51
  Kim (1005): not reachable for 43 s
  Lea (1006): not logged in for 49 s

Sales (6401): 1 caller waits, 0 conversations, 1 of 1 agents on duty, 0 free.
    1. number withheld (call 0-4), for 1 s
  Bob (1002): on call 0-1 for 27 s

==== at 60
At 10:41:00 on Mon 23 Nov 2026 (Europe/Berlin)

Support (6400): 2 callers wait, 1 conversation, 4 of 6 agents on duty, 0 free.
    1. +4930333 (call 0-2), for 25 s; rings at Joe (1004)
    2. +4930444 (call 0-3), for 13 s
  Ann (1001): in wrap-up for 15 s, until 10:41:45
  Bob (1002): on call 0-1 for 38 s
  Eve (1003): on a pause (Lunch) for 55 s
  Joe (1004): being rung for call 0-2 for 9 s
  Kim (1005): not reachable for 54 s
  Lea (1006): not logged in for 1 min

Sales (6401): 1 caller waits, 0 conversations, 1 of 1 agents on duty, 0 free.
    1. number withheld (call 0-4), for 12 s
  Bob (1002): on call 0-1 for 38 s
