"""The Results tab: what is scored and submitted and not yet published."""
