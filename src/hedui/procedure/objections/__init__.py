"""
异议 (objections): what a family says against a finding, and what is put right.

Clause: 规范流程 (notice, part 三); 民发〔2021〕57号 复查. An objection is taken in item by item
against an issued report and holds what it names (暂缓使用) until another officer has resolved it;
what follows is a new version of the report. A source is asked to correct its record (数据更正).
"""
