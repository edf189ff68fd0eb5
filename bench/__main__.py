"""`make bench`: every measurement, one after the other."""

from bench import alerts, schedule, storm

schedule.main()
print()
alerts.main()
print()
storm.main()
