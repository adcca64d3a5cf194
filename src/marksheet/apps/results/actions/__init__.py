"""The verbs that change working results."""
