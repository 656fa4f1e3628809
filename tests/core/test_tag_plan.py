"""Of images that look the same, one is asked about."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tagatlas_tagging import plan_asking

IMAGES = [f"image {number}" for number in range(12)]


@given(
    unanswered=st.sets(st.sampled_from(IMAGES)),
    answered=st.sets(st.sampled_from(IMAGES)),
    order=st.permutations(IMAGES),
    cuts=st.sets(st.integers(1, 11), max_size=5),
)
def test_each_image_is_asked_about_or_has_somebody_to_wait_for(
    unanswered: set[str], answered: set[str], order: list[str], cuts: set[int]
) -> None:
    bounds = [0, *sorted(cuts), len(order)]
    pieces = [order[first:end] for first, end in pairwise(bounds)]
    groups = [piece for piece in pieces if len(piece) > 1]
    answered -= unanswered
    plan = plan_asking(sorted(unanswered), answered, groups)
    parts = [*plan.ask, *plan.originals, *plan.waiting]
    assert sorted(parts) == sorted(unanswered)
    assert plan.ask == sorted(plan.ask)
    for group in groups:
        members = unanswered.intersection(group)
        if answered.intersection(group):
            assert members <= plan.originals.keys()
            assert {plan.originals[each] for each in members} <= answered.intersection(group)
        elif members:
            [asked] = members.intersection(plan.ask)
            assert asked == next(each for each in group if each in members)
            assert members - {asked} <= set(plan.waiting)
    alone = unanswered.difference(*groups) if groups else unanswered
    assert alone <= set(plan.ask)


@given(
    unanswered=st.sets(st.sampled_from(IMAGES)),
    failed=st.dictionaries(st.sampled_from(IMAGES), st.sampled_from(["image", "transient"])),
    again=st.booleans(),
    order=st.permutations(IMAGES),
    cuts=st.sets(st.integers(1, 11), max_size=5),
)
def test_no_image_is_paid_for_while_one_like_it_may_have_been(
    unanswered: set[str], failed: dict[str, str], again: bool, order: list[str], cuts: set[int]
) -> None:
    bounds = [0, *sorted(cuts), len(order)]
    groups = [order[first:end] for first, end in pairwise(bounds)]
    unreadable, lost = (
        {image for image, kind in failed.items() if kind == wanted}
        for wanted in ("image", "transient")
    )
    wanted = unanswered | failed.keys() if again else unanswered - failed.keys()
    answered = set(IMAGES) - unanswered - failed.keys()
    plan = plan_asking(sorted(wanted), answered, groups, lost=lost, unreadable=unreadable)
    assert not unreadable.intersection(plan.ask)
    for group in groups:
        asked = set(group).intersection(plan.ask)
        held = set(group).intersection(plan.held)
        assert len(asked) <= 1, "more than one of a group is paid for"
        if answered.intersection(group):
            assert not asked
            assert wanted.intersection(group) <= plan.originals.keys()
        elif lost.intersection(group) and not again:
            assert not asked
            assert held == wanted.intersection(group)
        else:
            assert bool(asked) == bool(wanted.intersection(group) - unreadable)
            waiting = wanted.intersection(group) - asked
            assert {plan.waiting.get(image) for image in waiting} <= asked or not asked
    assert not (again and plan.held)
