"""The marking schemes of a schedule, for who marks by them and who looks after them."""
