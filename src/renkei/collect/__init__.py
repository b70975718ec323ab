"""Collect: take in what hospitals send; everything sent is stored or in quarantine."""
