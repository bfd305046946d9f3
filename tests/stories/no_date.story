# A scenario without a date, and a call that no queue takes part in.

queue 6400 Support linear static=1001
extension 1001 name=Ann
extension 2001 name=Zoe

at 28800 call A from +4930111 to 2001
at 28805 2001 answers
at 28810 call B from 2001 to 6400
at 28900 2001 hangs up
at 28990 B hangs up
until 30000

==== call 0-0
Call 0-0 from +4930111 to 2001
No queue was involved: Zoe (2001) answered.
The agent's side hung up, and the call was over.

08:00:00  +4930111 called 2001.
          The telephone of Zoe (2001) rings.
08:00:05  Zoe (2001) answered.
08:01:40  The agent's side hung up, and the call was over.

==== call 0-1
Call 0-1 from 2001 to 6400
Waited 3 min: Ann (1001) did not answer 9 times for 2 min 15 s; 45 s passed between
rings, as the queue is set. Then the caller gave up.

08:00:10  Zoe (2001) called 6400.
          Joined the queue Support (6400): nobody stood before.
          Ann (1001) rings: the only agent who was free.
08:00:25  Ann (1001) did not answer for 15 s: a missed call. Nobody else is rung until
          08:00:30.
08:00:30  Ann (1001) rings: the only agent who was free.
08:00:45  Ann (1001) did not answer for 15 s: a missed call. Nobody else is rung until
          08:00:50.
08:00:50  Ann (1001) rings: the only agent who was free.
08:01:05  Ann (1001) did not answer for 15 s: a missed call. Nobody else is rung until
          08:01:10.
08:01:10  Ann (1001) rings: the only agent who was free.
08:01:25  Ann (1001) did not answer for 15 s: a missed call. Nobody else is rung until
          08:01:30.
08:01:30  Ann (1001) rings: the only agent who was free.
08:01:45  Ann (1001) did not answer for 15 s: a missed call. Nobody else is rung until
          08:01:50.
08:01:50  Ann (1001) rings: the only agent who was free.
08:02:05  Ann (1001) did not answer for 15 s: a missed call. Nobody else is rung until
          08:02:10.
08:02:10  Ann (1001) rings: the only agent who was free.
08:02:25  Ann (1001) did not answer for 15 s: a missed call. Nobody else is rung until
          08:02:30.
08:02:30  Ann (1001) rings: the only agent who was free.
08:02:45  Ann (1001) did not answer for 15 s: a missed call. Nobody else is rung until
          08:02:50.
08:02:50  Ann (1001) rings: the only agent who was free.
08:03:05  Ann (1001) did not answer for 15 s: a missed call. Nobody else is rung until
          08:03:10.
08:03:10  Ann (1001) rings: the only agent who was free.
          Ann (1001) stops ringing after 0 s: taken back.
          The caller gave up after 3 min in Support. Outcome: abandoned.
          The caller hung up, and the call was over.
