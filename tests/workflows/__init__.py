"""tests/workflows"""
