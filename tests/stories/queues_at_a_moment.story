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

==== at 49

==== at 60
