"""What we produce: reports, exports, notices, channels and statements, one file each."""
