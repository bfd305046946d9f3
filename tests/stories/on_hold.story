# On hold twice, the second time while somebody is asked about the caller.

queue 6400 Support linear static=1001 ring=60 wrap=0
extension 1005

at 0     call A from +4930111 to 6400
at 1     1001 answers
at 10    1001 holds
at 14    1001 resumes
at 20    1001 asks 1005 about A
at 22    1005 answers
at 30    1001 completes transfer of A
at 40    A hangs up
until 60

==== call 0-0
Call 0-0 from +4930111 to 6400
Waited 1 s: 1001 answered after 1 s of ringing. They talked for 29 s, 14 s of that on
hold.
The caller hung up, and the call was over.

00:00:00  +4930111 called 6400.
          Joined the queue Support (6400): nobody stood before.
          1001 rings: the only agent who was free.
00:00:01  1001 answered after 1 s of ringing. The caller had waited 1 s.
00:00:10  1001 put the caller on hold.
00:00:14  1001 talks to the caller again.
00:00:20  1001 wants to ask somebody about the caller.
          1001 put the caller on hold.
00:00:22  1005 is asked about the caller, who hears music.
00:00:30  1001 transferred the caller.
          The talk was over after 29 s. Outcome: answered.
          The caller is now for 1005.
00:00:40  The caller hung up, and the call was over.
