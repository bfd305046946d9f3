# The longest wait is over while a telephone rings; the call ends, as the queue is set.

clock 2026-11-23 23:59:40 Europe/Berlin
options zone=Europe/Berlin
queue 6400 Support fewest_calls static=1001,1002 max_wait=45 ring=15 retry=5 wrap=0
extension 1001 name=Ann
extension 1002 name=Bob

at 0     call A from +4930111 to 6400
until 300

==== call 0-0
Call 0-0 from +4930111 to 6400, Mon 23 Nov 2026 (Europe/Berlin)
Waited 45 s: Ann (1001) did not answer for 15 s; Bob (1002) did not answer for 15 s; Ann
(1001) was being rung for the last 5 s; 10 s passed between rings, as the queue is set.
That was as long as the queue lets anybody wait.
The queue's failover is to hang up, and the call was over.

23:59:40  +4930111 called 6400.
          Joined the queue Support (6400): nobody stood before.
          Ann (1001) rings: fewest calls: 0 today, as few as 1 other, and never rung yet
          (2 were free).
          - free too: Bob (1002)
23:59:55  Ann (1001) did not answer for 15 s: a missed call. Nobody else is rung until
          00:00:00.
Tue 24 Nov 2026
00:00:00  Bob (1002) rings: the only one of 2 free agents who was not rung in vain yet.
          - free too: Ann (1001)
00:00:15  Bob (1002) did not answer for 15 s: a missed call. Nobody else is rung until
          00:00:20.
00:00:20  Ann (1001) rings: fewest calls: 0 today, as few as 1 other, and rung longer
          ago (2 were free, all of whom had been rung in vain before).
          - free too: Bob (1002)
00:00:25  Ann (1001) stops ringing after 5 s: taken back.
          The longest wait that Support allows, 45 s, was over. Outcome: missed.
          The queue's failover is to hang up, and the call was over.
