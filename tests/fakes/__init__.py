"""tests/fakes"""
