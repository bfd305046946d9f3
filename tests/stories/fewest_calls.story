# Fewest calls since midnight: who completed less is rung, and it is said who else was free.

clock 2026-11-23 10:40 Europe/Berlin
options zone=Europe/Berlin
queue 6400 Support fewest_calls static=1001,1002,1003 wrap=0
extension 1001 name=Ann
extension 1002 name=Bob
extension 1003 name=Eve

at 0     call A to 6400
at 1     1001 answers
at 2     A hangs up
at 10    call B to 6400
at 11    1002 answers
at 12    B hangs up
at 20    call C to 6400
at 21    1003 answers
at 22    C hangs up
at 30    call D to 6400
at 31    1001 answers
at 32    D hangs up
at 40    call E to 6400
at 41    1002 answers
at 50    E hangs up
until 300

==== call 0-4
Call 0-4 from a withheld number to 6400, Mon 23 Nov 2026 (Europe/Berlin)
Waited 1 s: Bob (1002) answered after 1 s of ringing. They talked for 9 s.
The caller hung up, and the call was over.

10:40:40  Somebody whose number is withheld called 6400.
          Joined the queue Support (6400): nobody stood before.
          Bob (1002) rings: fewest calls: 1 today, as few as 1 other, and rung longer
          ago (3 were free).
          - free too: Ann (1001) and Eve (1003)
10:40:41  Bob (1002) answered after 1 s of ringing. The caller had waited 1 s.
10:40:50  The talk was over after 9 s. Outcome: answered.
          The caller hung up, and the call was over.
