"""
督导 (oversight): whether what is done is done well: blind second reviews, error rates both ways.

Clause: 民办函〔2011〕365号 三(四) 督导评估. Who wrongs a family seldom notices: so some of what was
concluded is judged a second time by an officer who knows nothing of the first, and both ways of
being wrong are counted. Nobody chooses what is looked at, and what is counted names no family.
"""
