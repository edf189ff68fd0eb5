"""The configuration room: what a file says, and every mistake in it."""
