"""How fast skmtl is beside its rivals: suites of ``python -m tests.benchmarks``, problems, rivals and the referee."""
