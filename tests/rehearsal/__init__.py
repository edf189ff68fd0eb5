"""tests/rehearsal"""
