"""Options of steps and plugins: their names."""
