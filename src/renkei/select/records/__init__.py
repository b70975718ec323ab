"""Records that come with images: tables, FHIR, variants and reports, each checked by a metric."""
