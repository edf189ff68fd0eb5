"""Whether this process can accept: not by what Temporal says of itself alone."""

from api.readiness import FOR, IN_A_ROW, Readiness


class Clock:
    at = 0.0

    def __call__(self) -> float:
        return self.at


def test_events_that_could_not_be_recorded_make_it_doubtful_for_a_while() -> None:
    clock = Clock()
    readiness = Readiness(clock)
    for _ in range(IN_A_ROW - 1):
        readiness.failed()
    assert not readiness.doubtful
    readiness.failed()
    assert readiness.doubtful
    clock.at = FOR
    assert not readiness.doubtful


def test_one_event_on_record_ends_the_doubt() -> None:
    readiness = Readiness(Clock())
    for _ in range(IN_A_ROW):
        readiness.failed()
    readiness.recorded()
    assert not readiness.doubtful
