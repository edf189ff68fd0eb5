"""What every process shares: settings, the Temporal connection, logging."""
