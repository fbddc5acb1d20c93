"""How long answers are kept 留存期限: told in the notice, asked by the acts and by the guards."""

RETENTION_DAYS = 90
