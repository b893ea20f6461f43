"""A workspace in a database: Django's ORM on SQLite or PostgreSQL."""
