"""`make bench`: every measurement, one after the other."""

from bench import alerts, schedule

schedule.main()
print()
alerts.main()
