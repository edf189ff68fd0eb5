"""The smallest company that can be paged."""

from roust.domain.directory import Directory


def company() -> Directory:
    """Service `checkout`: one step, Ada by mail, an hour's wait."""
    return Directory.model_validate(
        {
            "default_service": "checkout",
            "defaults": {"last_resort": [{"user": "ada"}]},
            "users": {"ada": {"contacts": {"mail": {"email": "ada@example.com"}}}},
            "escalation_policies": {"one": {"steps": [{"notify": [{"user": "ada"}], "wait": "1h"}]}},
            "services": {"checkout": {"escalation_policy": "one", "integration_keys": ["key-of-the-measurement"]}},
        }
    )
