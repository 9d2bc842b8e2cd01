"""What was asked, answered, said about it and decided: one database, SQLite beside the workspace or PostgreSQL."""
