"""A responder's link, and the browser that they open it with."""

from roust.runtime.links import Links

ACKNOWLEDGE, RESOLVE = {"answer": "acknowledge"}, {"answer": "resolve"}
CHROME = {
    "User-Agent": "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Mobile",
    "Origin": "http://127.0.0.1:8420",
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}
BY_HAND = {"Sec-Fetch-User": "?1"}


def link(alert: str, user: str = "ada", key: str = "a-key-for-tests-only") -> str:
    """The path of the user's link to the alert."""
    return Links([key], "").answer_url(alert, user)
