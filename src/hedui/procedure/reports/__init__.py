"""
核对报告 (reports): declared against found, said plainly, signed by a second person.

Clause: 规范流程 (notice, part 三). Findings, versions of the report, sign-off, documents. A report
states; it never decides.
"""
