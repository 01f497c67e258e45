"""Laws that every fit must keep, on random problems: ``python -m tests.laws`` looks for violations."""
