# Ring all: everybody rings, one joins late, one answers, the others are told so.

clock 2026-11-23 10:40 Europe/Berlin
options zone=Europe/Berlin
queue 6400 Support ring_all static=1001,1002,1003,1004 wrap=0
extension 1001 name=Ann
extension 1002 name=Bob
extension 1003 name=Eve
extension 1004 name=Joe
down 1004

at 0     call A from +4930111 to 6400
at 4     1004 up
at 6     1002 answers
at 20    1002 hangs up
until 300

==== call 0-0
