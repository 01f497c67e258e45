"""How fast skmtl is beside its rivals, and what sharing gains: ``python -m tests.benchmarks[.COMMAND]`` prints tables.

Without a command it runs the suites of ``speed``; ``outcomes`` is a command in several files. Each other file is one:
scores on real tables (defaults, groups, new_task, school), and how often answers are wrong (affinity, false_alarms,
signs).
"""
