"""What a process stands on: connection, embedded server, logging, settings."""
