"""A notice for a chat room: a few lines, nothing of which the room takes for markup or a mention."""

from activities import text
from activities.notice_wording import worded_notice
from roust.domain.notification import Message

CHAT_CAP = 3000
"""Characters: what one block of Slack's takes."""

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MARKS = str.maketrans({"*": "∗", "_": "\uff3f", "~": "∼", "`": "ˋ"})


def plain_chat(message: Message) -> str:
    """The notice as plain lines, for a room that knows no markup."""
    return text.body(worded_notice(message).text.strip(), CHAT_CAP)


def mrkdwn(message: Message) -> str:
    """The notice in Slack's mrkdwn: the first line bold, all else as it stands. `<!channel>` and links that
    a text holds are shown as they were written, and reach nobody."""
    first, _, rest = plain_chat(message).partition("\n")
    return f"*{escaped(first.translate(_MARKS))}*\n{escaped(rest)}"


def escaped(words: str) -> str:
    """`words` with Slack's three control characters escaped."""
    return "".join(_ESCAPES.get(char, char) for char in words)
