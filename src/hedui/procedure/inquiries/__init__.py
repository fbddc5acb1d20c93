"""
查询 (inquiries): ask only what may be asked 严格信息使用范围.

Clause: notice, part 二(二). The gate stands in the database; dispatch mints single-use tickets;
connectors carry the question out; replies are read strictly and what was not asked is dropped.
"""
