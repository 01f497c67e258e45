"""What people get wrong, as tables that are walked over all estimators and tools: all of it is refused, clearly."""
