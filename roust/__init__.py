"""Roust: alert escalation on durable workflows."""
