"""A dry run as lines of text, for a terminal."""

from collections.abc import Iterator

from renkei.select.bias import Share
from renkei.select.compare import Comparison
from renkei.select.dryrun import DryRun


def report(run: DryRun, compared: Comparison | None) -> Iterator[str]:
    """Yield the lines: flow, rules, warnings, balance, quotas, what was not measured, changes."""
    yield f"{run.recipe['name']} {run.recipe['version']} {run.recipe['sha256'][:12]}"
    for box in run.flow:
        yield (
            f"{box.unit}\tassessed {box.assessed} = selected {box.selected} + review {box.review}"
            f" + over quota {box.over_quota} + excluded {box.excluded}"
        )
    for rule in run.rules:
        yield (
            f"rule {rule.rule}\texcludes {rule.excluded_alone} of {rule.assessed} alone,"
            f" {rule.excluded_in_order} in order; holds {rule.held_alone}"
        )
        for group in rule.groups:
            if group.held.n:
                yield (
                    f"  {group.axis} {group.value}\texcluded {_share(group.excluded)},"
                    f" held {_share(group.held)}"
                )
    for warned in run.warnings:
        yield (
            f"WARNING\t{warned.rule}: {warned.what} {warned.share:.0%} of {warned.axis}"
            f" {warned.value}, {warned.others:.0%} of the others (p = {warned.p:.2g})"
        )
    yield from _people(run)
    if compared is not None:
        for before, after, n in compared.moves:
            yield f"{before} -> {after}\t{n}"
        for change in compared.changes:
            reasons = ", ".join(change.reasons_after)
            yield f"{change.case}\t{change.before} -> {change.after}\t{reasons}"


def _people(run: DryRun) -> Iterator[str]:
    for row in run.balance:
        if row.difference is not None and row.after is not None:
            yield (
                f"{row.axis} {row.value}\tbefore {row.before:g}, after {row.after:g},"
                f" standardised difference {row.difference:+.2f}"
            )
    for quota in run.quotas:
        yield (
            f"quota {quota.of} {quota.value}\t{quota.patients} patients, {quota.share:.0%}:"
            f" {'met' if quota.met else 'NOT MET'}"
        )
    if run.records:
        yield f"records left aside\t{run.records}"
    for name, n in run.not_measured.items():
        yield f"NOT MEASURED\t{name}: {n} cases"
    for name, n in run.other_version.items():
        yield f"OTHER VERSION\t{name}: {n} cases"


def _share(share: Share) -> str:
    return f"{share.n}/{share.of} ({share.low:.0%} to {share.high:.0%})"
