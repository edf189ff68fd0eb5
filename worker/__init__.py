"""Who does the work: the composition root of the worker process."""
