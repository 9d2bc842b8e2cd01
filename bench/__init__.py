"""Ratios against peers, both sides in the same run: `make bench`."""
