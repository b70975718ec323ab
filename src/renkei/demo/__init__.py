"""The demo: two hospitals, real scans, one command, the whole line."""
