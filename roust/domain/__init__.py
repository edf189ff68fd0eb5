"""What the words mean: pure values and decisions, no I/O, no clock."""
