"""Clinical tables to standard codes, units and days; the raw value always stays beside.

The library works alone on polars frames: `standardise_amounts`, `standardise_codes`,
`standardise_days`, `standardise_stages`, `judge_ranges`; `write_omop` and `write_fhir` of what
they made; `coverage` of any of them.
"""
