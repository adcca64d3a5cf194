"""Nobody gets in: who may open what, what a candidate can learn, and what tampering leaves behind."""
