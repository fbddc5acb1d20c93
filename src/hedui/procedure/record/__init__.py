"""
留痕 (record): no act without its entry.

Clause: 规范流程, 保护隐私 (notice, part 三). Every write of the procedure is an `act`; its entry is
appended to the ledger 台账 in the same transaction, so that neither can exist without the other.
"""
