"""A distribution with two entry points, which add the same name."""
