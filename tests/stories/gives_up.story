# Pauses with and without a reason, wrap-up, a telephone that is off: the caller gives up.

clock 2026-11-23 10:40 Europe/Berlin
options zone=Europe/Berlin reasons=Lunch,Break
queue 6400 Support least_recent static=1001,1002,1003 dynamic=1004,1005 wrap=60
extension 1001 name=Ann
extension 1002 name=Bob
extension 1003 name=Eve
down 1003
logged in 1005

at 0     call A from +4930111 to 6400
at 2     1001 answers
at 5     1002 pauses in 6400 for Lunch
at 6     1005 pauses in 6400
at 10    A hangs up
at 20    call B to 6400
at 30    1004 logs in to 6400
at 31    1004 logs out of 6400
at 33    1005 unpauses in 6400
at 34    1005 down
at 40    B hangs up
until 300

==== call 0-1
Call 0-1 from a withheld number to 6400, Mon 23 Nov 2026 (Europe/Berlin)
Waited 20 s: all 3 agents on duty were taken (1 in wrap-up, 1 on a pause and 1 on a
pause (Lunch)), until 1004 became free at 10:40:30; a ring at 1004 was taken back after
1 s; 1005 was being rung for the last 1 s. Then the caller gave up.

10:40:20  Somebody whose number is withheld called 6400.
          Joined the queue Support (6400): nobody stood before.
          None of the 3 of its 5 agents on duty could be rung:
          - in wrap-up: Ann (1001) until 10:41:10
          - on a pause: 1005
          - on a pause (Lunch): Bob (1002)
          - not reachable: Eve (1003)
          - not logged in: 1004
10:40:30  1004 took calls from here on.
          1004 rings: the only agent who was free.
          - in wrap-up: Ann (1001) until 10:41:10
          - on a pause: 1005
          - on a pause (Lunch): Bob (1002)
          - not reachable: Eve (1003)
10:40:31  1004 logged out.
          1004 stops ringing after 1 s: taken back.
10:40:33  1005 took calls from here on.
          1005 rings: the only agent who was free.
          - in wrap-up: Ann (1001) until 10:41:10
          - on a pause (Lunch): Bob (1002)
          - not reachable: Eve (1003)
          - not logged in: 1004
10:40:34  The telephone of 1005 could not be rung any more.
          1005 stops ringing after 1 s: taken back.
10:40:40  The caller gave up after 20 s in Support. Outcome: abandoned.
          The caller hung up, and the call was over.
