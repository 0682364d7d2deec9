"""What an operator writes, checked: farm.yaml, the environment, and the slice of both that a process gets."""
