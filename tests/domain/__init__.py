"""tests/domain"""
