# Round robin, linear and random say what they went by; not answering goes before.

clock 2026-11-23 10:40 Europe/Berlin
options zone=Europe/Berlin
queue 6400 Support rrmemory static=1001,1002,1003 wrap=0 ring=10 retry=0
queue 6401 Sales random static=1004,1005,1006 wrap=0
extension 1001 name=Ann
extension 1002 name=Bob
extension 1003 name=Eve

at 0     call A from +4930111 to 6400
at 12    1002 answers
at 13    A hangs up
at 20    call B from +4930222 to 6401
at 25    B hangs up
until 300

==== call 0-0

==== call 0-1
