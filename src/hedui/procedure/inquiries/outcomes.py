"""Outcomes of an inquiry, and the words users read for them."""

CONCLUSIVE = frozenset({"FOUND", "NOT_FOUND", "MULTIPLE", "NAME_MISMATCH", "REFUSED", "PARTIAL"})
# After these an inquiry is not sent again.
SETTLED = CONCLUSIVE | {"DISCARDED"}

OUTCOMES = {
    "FOUND": "有记录",
    "NOT_FOUND": "无记录",
    "MULTIPLE": "多人同号,待核实",
    "NAME_MISMATCH": "号码相同、姓名不同,待核实",
    "REFUSED": "部门未予答复",
    "PARTIAL": "部分反馈",
    "UNAVAILABLE": "部门暂不能答复",
    "UNREADABLE": "反馈无法识读,已隔离",
    "NO_ANSWER": "未连通",
    "DISCARDED": "授权已撤回,反馈未经阅看即弃",
    "NO_REPLY": "未反馈",
    "WAITING": "查询中",
    "NOT_OPEN": "待部门服务时间",
}
