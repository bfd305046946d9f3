# An agent does not answer, the queue pauses, the next one refuses, the third takes it.

clock 2026-11-23 10:40 Europe/Berlin
options zone=Europe/Berlin
queue 6400 Support linear static=1001,1002,1003 ring=15 retry=5 wrap=0
extension 1001 name=Ann
extension 1002 name=Bob
extension 1003 name=Eve

at 0     call A from +4930111 to 6400
at 23    1002 refuses
at 30    1003 answers
at 90    1003 hangs up
until 300

==== call 0-0
