"""The Assess tab: schedules to mark, their submissions, and the mark sheet."""
