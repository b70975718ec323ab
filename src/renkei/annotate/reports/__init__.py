"""Reading reports: drafted from facts, checked against them, signed twice, followed, exported."""
