"""The instruments of the drill, seen to bite."""
