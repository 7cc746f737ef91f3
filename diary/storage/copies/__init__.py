"""Copies of everything that is kept, for all owners: backup, restore, and the move to another store."""
