# An agent of two queues is rung for the other one, whose caller has waited longer.

clock 2026-11-23 10:40 Europe/Berlin
options zone=Europe/Berlin
queue 6400 Support linear static=1001 wrap=0
queue 6401 Sales linear static=1001 wrap=0
extension 1001 name=Ann

at 0     call A from +4930111 to 6401
at 2     1001 answers
at 10    call B from +4930222 to 6401
at 20    call C from +4930333 to 6400
at 60    A hangs up
at 63    1001 answers
at 90    B hangs up
at 95    1001 answers
at 99    C hangs up
until 300

==== call 0-2
