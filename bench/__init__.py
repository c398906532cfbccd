"""Benchmarks: `python -m bench`; what they found and how to repeat it is docs/performance.md."""
