"""A demo institution with an exam in every stage of its life, every stage reached by verbs alone."""
