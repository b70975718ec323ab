"""Selection in the platform: verdicts, recipes, duplicates, cohorts."""

from renkei import child

child.preload("renkei.select.judge")
