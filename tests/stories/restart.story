# The system goes down while one caller waits and another talks.

clock 2026-11-23 10:40 Europe/Berlin
options zone=Europe/Berlin
queue 6400 Support linear static=1001 wrap=30
extension 1001 name=Ann

at 0     call A from +4930111 to 6400
at 3     1001 answers
at 10    call B from +4930222 to 6400
at 60    restart alive until 50
until 300

==== call 0-0

==== call 0-1
