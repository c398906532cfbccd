"""A launch day on real processes, measured from outside: `python -m tests.launch_day`."""
