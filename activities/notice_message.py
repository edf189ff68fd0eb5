"""The message of a notice: facts for one member, worded by the channel it goes by."""

from collections.abc import Sequence
from datetime import datetime

from roust.domain.alert import AlertText
from roust.domain.directory import Directory
from roust.domain.members import Member
from roust.domain.notice import Moment, Notice
from roust.domain.notice_template import NoticeTemplate
from roust.domain.notification import Message, MessageKind
from roust.domain.stakeholders import Telling
from roust.domain.telling import NoticeRequest


def a_notice(request: NoticeRequest, telling: Telling, directory: Directory) -> Notice:
    """What the group of `telling`, which `directory` has, is told: keys become the names that people know."""
    update = next((u for u in reversed(request.updates) if u.number == telling.update or telling.standing), None)

    def name(key: str | None) -> str | None:
        user = directory.users.get(key or "")
        return user.name if user and user.name else key

    return Notice(
        moment=Moment.STANDING if telling.standing else telling.moment,
        alert=request.alert,
        group=telling.group,
        service=request.service,
        impact=request.impact,
        priority=request.priority,
        since=request.since,
        at=telling.at,
        state=request.state,
        owner=name(request.owner),
        next_due=request.next_due,
        news_due=request.news_due,
        update=update.text if update else "",
        update_by=name(update.by) if update else None,
        follows=[Moment(moment) for moment in directory.stakeholder_groups[telling.group].moments],
        assumed=request.assumed,
    )


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
