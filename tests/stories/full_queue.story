# A full queue sends the caller on to another one, where nobody is logged in, and from
# there to an extension.

clock 2026-11-23 10:40 Europe/Berlin
options zone=Europe/Berlin
queue 6400 Support linear static=1001 max_callers=1 failover=queue:6401
queue 6401 Sales linear dynamic=1002 no_join=logged_out failover=extension:2001
extension 1001 name=Ann
extension 1002 name=Bob
extension 2001 name=Night_service

at 0     call A from +4930111 to 6400
at 5     call B from +4930222 to 6400
at 9     2001 answers
at 30    B hangs up
at 40    A hangs up
until 300

==== call 0-1
Call 0-1 from +4930222 to 6400, Mon 23 Nov 2026 (Europe/Berlin)
Support did not let the caller in: as many callers as allowed waited there already.
Sales did not let the caller in: nobody was there to take calls.
Then Night_service (2001) answered.
The caller hung up, and the call was over.

10:40:05  +4930222 called 6400.
          Support did not let the caller in: 1 caller waited already, as many as may.
          Outcome: missed.
          Sales did not let the caller in: nobody was there to take calls. Outcome:
          missed.
          - not logged in: Bob (1002)
          The telephone of Night_service (2001) rings.
10:40:09  Night_service (2001) answered.
10:40:30  The caller hung up, and the call was over.
