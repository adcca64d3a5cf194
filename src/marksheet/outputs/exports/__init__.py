"""Files that leave the house: one module per export, and the writers they share."""
