"""What a coordinator does: who marks, moderates and publishes at a schedule."""
