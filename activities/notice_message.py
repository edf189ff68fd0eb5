"""The message of a notice: facts for one member, worded by the channel it goes by."""

from collections.abc import Sequence
from datetime import datetime

from roust.domain.alert import AlertText
from roust.domain.members import Member
from roust.domain.notice import Notice
from roust.domain.notice_template import NoticeTemplate
from roust.domain.notification import Message, MessageKind


def a_message(
    key: str, member: Member, notices: Sequence[Notice], at: datetime, template: NoticeTemplate | None = None
) -> Message:
    """`notices`, one or a digest of several, for one member. The alert in it holds the worst one's facts alone:
    nothing of a source's own words leaves the house."""
    worst = min(notices, key=lambda notice: (notice.priority, notice.since))
    return Message(
        kind=MessageKind.NOTICE,
        key=key,
        alert=AlertText(
            id=worst.alert,
            service=worst.service,
            summary=worst.impact or worst.service,
            priority=worst.priority,
            state=worst.state,
            impact=worst.impact,
            triggered_at=worst.since,
            owner=worst.owner,
        ),
        user=member.name if member.contact else "",
        user_name=member.user_name,
        time_zone=member.time_zone,
        contact=member.contact or member.name,
        at=at,
        notices=list(notices),
        template=template,
    )
