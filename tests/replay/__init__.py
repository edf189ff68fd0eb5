"""tests/replay"""
