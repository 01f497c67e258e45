"""Data sets with several outcomes: real and shipped, or simulated with the truth returned.

It stands beside the other rooms and knows TaskTargets alone. A new loader is a file, a table in ``data`` with a page
that says where it is from, and its task types; a new structure of simulated tasks is a function and a line of a table.
"""

from ._nhanes import load_nhanes
from ._simulated import make_multitask
from ._structured import make_structured
from ._support2 import load_support2

__all__ = ["load_nhanes", "load_support2", "make_multitask", "make_structured"]
