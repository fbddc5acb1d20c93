"""
机构 (agencies): who may act.

Clause: 管理体制 and 部门协作 (notice, part 二(一), 二(三)). Divisions, agencies, posts and
officers; the departments 协作部门 that answer, each a row with its agreement.
"""
