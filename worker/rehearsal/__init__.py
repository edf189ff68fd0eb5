"""Rehearsals: an alert played through the real workflow in skipped time."""
