"""Every figure beside its peer's, measured in one run: `./dev bench [NAME…] [--json]`."""
