"""The processes: the command line, the farm that supervises, and one module per kind of process."""
