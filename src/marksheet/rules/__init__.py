"""What is right: plain rules over plain values, without a database, a clock or chance."""

RULES_VERSION = "1"
