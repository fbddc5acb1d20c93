"""
申报 (cases): declare first 先报告后核对.

Clause: notice, part 二(二). A case is the folder of one household's application; its declaration
says what each member has, item by item, and is frozen by hash when verification starts.
"""
