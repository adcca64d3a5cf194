"""What an export reads: which results its asker may take, their numbers, their answers, and what became of it."""
