"""Outcomes of real tables by one network or by others: ``python -m tests.benchmarks.outcomes`` compares them."""
