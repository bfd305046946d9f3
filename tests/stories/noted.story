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
