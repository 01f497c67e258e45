"""Data sets with several outcomes: real and shipped, or simulated with the truth returned."""

from ._nhanes import load_nhanes
from ._simulated import make_multitask
from ._structured import make_structured
from ._support2 import load_support2

__all__ = ["load_nhanes", "load_support2", "make_multitask", "make_structured"]
