"""Mutants 变异体: each condition of the guards and the acts is broken once; a test must go red."""
