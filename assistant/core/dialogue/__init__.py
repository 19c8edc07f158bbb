"""What a session does, one file for each behavior. Start at the file named like what you look for."""
