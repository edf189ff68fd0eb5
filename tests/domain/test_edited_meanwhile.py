"""I11: people taken out of the configuration while an alert climbs: no step stands empty, and somebody is paged."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from roust.domain.directory import Directory
from roust.domain.timeline import Kind
from tests.fakes.world import World, step

STEPS = [step("ada"), step("ben", "cleo", wait="10m"), step("ada", "dan")]
NAMES = ["ada", "ben", "cleo", "dan"]


def without(w: World, names: set[str]) -> None:
    """The file is read again, and these are no longer in it."""
    left = {name: user for name, user in w.directory.users.items() if name not in names}
    w.directory = Directory.model_validate({"users": {name: user.model_dump() for name, user in left.items()}})


edits = st.lists(st.tuples(st.integers(0, 3_000), st.sets(st.sampled_from(NAMES), min_size=1)), min_size=1, max_size=3)


@settings(max_examples=150, deadline=None)
@given(edits, st.integers(0, 1))
def test_an_edit_never_leaves_a_step_empty_and_the_climb_still_ends_with_somebody(
    given: list[tuple[int, set[str]]], repeats: int
) -> None:
    w = World(steps=STEPS, repeats=repeats)
    w.run(20_000, [(at, lambda w, names=names: without(w, names)) for at, names in given])
    gone_by = [(at, names) for at, names in given]
    entries = w.story.timeline.entries
    steps = [entry for entry in entries if entry.kind in (Kind.STEP, Kind.EXHAUSTED)]
    for begun, following in pairwise(steps):
        after = (begun.at - w.start).total_seconds()
        # What happens at a second is done before what is due then.
        gone = set().union(*(names for at, names in gone_by if at <= after))
        here = {target["user"] for target in STEPS[begun.step - 1]["notify"]} - gone
        place = (begun.pass_, begun.step)
        paged = {p.user for p in w.sent if (p.pass_, p.step, p.after) == (*place, after) and p.kind == "page"}
        assert paged == here
        skipped = [e for e in entries if e.kind is Kind.SKIPPED and (e.pass_, e.step, e.at) == (*place, begun.at)]
        assert bool(skipped) is not bool(here)
        # Nobody waits for an empty step; but after a pass that reached nobody, the later ones keep their waits.
        if begun.pass_ == 1 and not here:
            assert following.at == begun.at
    assert w.state == "exhausted"
    assert ("margaret", 0) in {(page.user, page.step) for page in w.sent}
