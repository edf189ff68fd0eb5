"""The deployment files, as far as they can be tried without a Docker engine."""
