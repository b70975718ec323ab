"""Two recipes are held against the same cases; each case that changes is named, both ways."""

from tests.select.judged import case, recipe, rule

from renkei.select.compare import compare
from renkei.select.dryrun import dry_run

CASES = [case("quiet", noise=5.0), case("loud", noise=50.0), case("metal", noise=5.0, metal=900.0)]


def test_changes_are_named_both_ways() -> None:
    before = dry_run(CASES, recipe(rule("ct_noise", exclude=40.0)))
    after = dry_run(CASES, recipe(rule("ct_noise", exclude=60.0), rule("ct_metal", exclude=300.0)))
    found = compare(before, after)
    assert {(c.case, c.before, c.after) for c in found.changes} == {
        ("loud", "excluded", "selected"),
        ("metal", "selected", "excluded"),
    }
    assert found.changes[1].reasons_after == ("ct_metal.over_limit",)
    assert sum(n for _, _, n in found.moves) == len(CASES)


def test_the_way_back_is_the_same_moves_turned_round() -> None:
    one = dry_run(CASES, recipe(rule("ct_noise", exclude=40.0)))
    two = dry_run(CASES, recipe(rule("ct_metal", exclude=300.0)))
    there, back = compare(one, two), compare(two, one)
    assert {(b, a, n) for a, b, n in there.moves} == set(back.moves)
    assert compare(one, one).changes == ()
