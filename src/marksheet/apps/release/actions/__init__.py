"""The verbs of release: publish, show, hide, retract, withhold."""
