# What was noted of a call is told; a remark is for those who may read it.

options dispositions=Resolved,Call_back
queue 6400 Support linear static=1001 managers=1009 agent_rights=call_notes ring=60 wrap=0

at 0     call A from +4930111 to 6400
at 1     1001 answers
at 10    1001 notes A Call_back
at 15    1001 notes A nothing
at 20    1001 notes A with has no time
at 30    1009 notes A Resolved,Call_back with will call at noon
at 40    A hangs up
until 60

==== call 0-0
Call 0-0 from +4930111 to 6400
Waited 1 s: 1001 answered after 1 s of ringing. They talked for 39 s.
The caller hung up, and the call was over.

00:00:00  +4930111 called 6400.
          Joined the queue Support (6400): nobody stood before.
          1001 rings: the only agent who was free.
00:00:01  1001 answered after 1 s of ringing. The caller had waited 1 s.
00:00:10  1001 noted: Call_back.
00:00:15  1001 took back what was noted of the call.
00:00:20  1001 noted a remark.
00:00:30  1009 noted: Resolved, Call_back, and a remark.
00:00:40  The talk was over after 39 s. Outcome: answered.
          The caller hung up, and the call was over.
