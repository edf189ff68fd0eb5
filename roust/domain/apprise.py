"""Which services a page may leave by through Apprise: the schema that an address begins with decides."""

import re
from collections.abc import Collection
from urllib.parse import parse_qsl, urlsplit

_CHAT_AND_PUSH = """
discord dingtalk feishu flock gchat groupme guilded ifttt join kakaotalk lark line pbul pover prowl psafers pushed
pushme pushplus pushy push revolt schan signl4 simplepush slack spush tgram threema twist viber webex wecombot whatsapp
wxteams zoom zulip
"""
_TEXTS_AND_CALLS = """
46elks atalk bulksms bulkvs burstsms clickatell clicksend cm d7sms exotel freemobile httpsms kaleyra klr msg91 msgbird
nexmo octopush plivo ringc serwersms seven sfr sinch smsc smsmgr sns spugpush telesign telnyx twilio voipms vonage
"""
_MAIL_BY_AN_API = "brevo mailersend postmark resend sendgrid ses"
_PAGERS_OF_OTHERS = """
firehydrant ilert incidentio onesignal opsgenie pagerduty pagertree spike splunk squadcast victorops
"""

ALLOWED = frozenset(" ".join((_CHAT_AND_PUSH, _TEXTS_AND_CALLS, _MAIL_BY_AN_API, _PAGERS_OF_OTHERS)).split())
"""Services that stand at a fixed place of their own. One that goes to a host of the address's choice
(`gotifys`, `jsons`, `matrixs`, `workflows` …) is let out only where the operator names it."""

NEVER = frozenset(
    {"blink1", "dbus", "fcm", "gio", "glib", "gnome", "kde", "macosx", "qt", "syslog", "vapid", "windows"}
)
"""Schemas that act on this machine or read its files: no configuration lets them."""

_READS_FILES = frozenset({"attach", "attachment", "cert", "include", "keyfile", "template"})
"""Parameters by which a service would read a file of this machine."""

_SCHEMA = re.compile(r"([a-z0-9]{1,24})://.", re.IGNORECASE)


def schema_of(address: str) -> str | None:
    """The schema of an Apprise URL, in lower case; None when it is none."""
    found = _SCHEMA.match(address)
    return found[1].lower() if found else None


def refusal(address: str, named: Collection[str] = ()) -> str | None:
    """Why nothing may leave by `address`, without telling it; None when it may. `named`: by the operator."""
    schema = schema_of(address)
    if schema is None:
        return "must be an Apprise URL, like tgram://token/chat"
    if schema in NEVER:
        return f"{schema}:// acts on the machine that Roust runs on, which is never allowed"
    if schema not in ALLOWED and schema not in named:
        return f"{schema}:// is not allowed; if it is to be, name it in channels.apprise.schemas"
    try:
        query = {name.lower().strip(" +-:") for name, _ in parse_qsl(urlsplit(address).query, keep_blank_values=True)}
    except ValueError:
        return "must be an Apprise URL, like tgram://token/chat"
    if forbidden := sorted(query & _READS_FILES):
        return f"?{forbidden[0]}= would read a file of the machine that Roust runs on, which is never allowed"
    return None
