"""What happens, and when: deterministic."""
