"""The Coordinator tab: schedules whose marking is set up here, their people and their progress."""
