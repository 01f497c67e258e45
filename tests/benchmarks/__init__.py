"""How fast skmtl is beside its rivals: ``python -m tests.benchmarks [suite ...]`` prints tables."""
