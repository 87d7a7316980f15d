"""The policy register: counts by theme and time."""
