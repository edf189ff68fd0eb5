"""The API against its own OpenAPI, by Schemathesis: what it says is what it does, and nothing sent breaks it."""

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import negative_data_rejection, positive_data_acceptance

from tests.api.asking import KEY, token_of
from tests.api.fuzzing import EXAMPLES
from tests.api.test_fuzz import APP
from tests.fakes.willing_gateway import WillingGateway

SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", APP)


@SCHEMA.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_the_openapi_says_is_so(case: schemathesis.Case) -> None:
    """But that whatever fits a schema is accepted, for no schema knows which alerts and schedules there are; and that
    a source is refused what does not fit, for what can be read at all is better paged than refused."""
    APP.state.gateway = WillingGateway()
    source = case.path.startswith("/in/") or (case.path == "/v1/alerts" and case.method == "POST")
    token = KEY if source else token_of("admin")
    lenient = [negative_data_rejection] if source or case.path.startswith("/v2/") else []
    case.call_and_validate(
        headers={"Authorization": f"Bearer {token}"}, excluded_checks=[positive_data_acceptance, *lenient]
    )
