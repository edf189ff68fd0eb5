"""Open alerts, by state and service, as a scrape shows them."""

from prometheus_client import REGISTRY

from api.measures import OpenAlerts


def shown(state: str) -> float | None:
    return REGISTRY.get_sample_value("roust_open_alerts", {"state": state, "service": "of-this-test"})


def test_what_is_over_is_nothing_for_a_round_and_then_no_more() -> None:
    gauge = OpenAlerts()
    gauge.show({("triggered", "of-this-test"): 3, ("exhausted", "of-this-test"): 1})
    assert (shown("triggered"), shown("exhausted")) == (3, 1)
    gauge.show({("triggered", "of-this-test"): 2})
    assert (shown("triggered"), shown("exhausted")) == (2, 0)
    gauge.show({("triggered", "of-this-test"): 2})
    assert (shown("triggered"), shown("exhausted")) == (2, None)
    gauge.show({("exhausted", "of-this-test"): 1})
    assert (shown("triggered"), shown("exhausted")) == (0, 1)
    gauge.show({})
    gauge.show({})
    assert (shown("triggered"), shown("exhausted")) == (None, None)
