"""The platform's ground: database, rights, storage, lineage, events, jobs, audit and web edge."""
