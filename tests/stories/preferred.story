# A caller is reserved for the agent whom he knows, who talks; another one in vain.

clock 2026-11-23 10:40 Europe/Berlin
options zone=Europe/Berlin
queue 6400 Support linear static=1001,1002 wrap=0 preferred=60
extension 1001 name=Ann
extension 1002 name=Bob
contact Bell +4930111 1001
contact Mason +4930222 1002

at 0     call A to 6400
at 2     1001 answers
at 5     call B from +4930111 to 6400
at 25    A hangs up
at 30    1001 answers
at 40    call C from +4930222 to 6400
at 50    1002 refuses
at 52    B hangs up
at 60    1001 answers
at 70    C hangs up
until 300

==== call 0-1
==== call 0-2
