"""Whether a stakeholder group's own words are ever used."""

from roust.config.validate import Draft
from roust.domain.notice import Moment


def check_templates(draft: Draft) -> None:
    """Warn of words for a moment that the group never hears of."""
    for name, group in draft.directory.stakeholder_groups.items():
        for moment in group.templates:
            place = ("stakeholder_groups", name, "templates", moment.value)
            if moment is Moment.STANDING and group.after is None:
                draft.warn(place, "never used: the group has no `after`, at the end of which it would be told")
            elif moment is not Moment.STANDING and moment not in group.moments:
                draft.warn(place, f"never used: {moment.value} is not among the group's moments")
